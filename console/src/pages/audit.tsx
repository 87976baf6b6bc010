import './audit/audit.css';
import { useMemo } from 'preact/hooks';
import { ask, quietly } from '../api/client.ts';
import type { components } from '../api/described.d.ts';
import { Empty } from '../parts/empty.tsx';
import { ExportCsv } from '../parts/export_csv.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { FoundCount } from '../parts/found_count.tsx';
import { closedBelow, closedBelowAdmin } from '../parts/gate.ts';
import { Instant } from '../parts/instant.tsx';
import { LongTable, type Column } from '../parts/long_table.tsx';
import { kActions, kAudit } from '../sentences/audit.ts';
import { useList } from '../state/list.ts';
import { at, kNoHandle, place } from '../state/place.ts';
import { Details } from './audit/details.tsx';
import { Export } from './audit/export.tsx';
import { AuditFilters, givenIn, kParams } from './audit/filters.tsx';

type Entry = components['schemas']['AuditEvent'];

const { heads } = kAudit;
const kColumns: Column<Entry>[] = [
  {
    head: heads.by,
    width: '20%',
    cell: one => (
      <>
        {one.actor ? <span title={one.actor}>{one.actor}</span> : <span class="m">{kAudit.nobody}</span>}
        {one.address && <div class="m xs">{one.address}</div>}
      </>
    ),
  },
  { head: heads.details, width: '36%', cell: one => <Details before={one.before} detail={one.detail} /> },
  { head: heads.when, width: '16%', right: true, cell: one => <Instant at={one.at} /> },
];

export function AuditPage() {
  const { handle, query } = place.value;
  const ofServer = handle === kNoHandle;
  const closed = ofServer ? closedBelowAdmin() : closedBelow('OPERATOR');
  const search = kParams.map(name => query.get(name) ?? '').join('\n');
  const given = useMemo(() => givenIn(place.peek().query, Date.now()), [search]);
  const page = (cursor: string | undefined, limit: number) => {
    const asked = { cursor, limit, ...given };
    return ofServer
      ? ask(quietly.GET('/v2/platform-admin/audit-events', { params: { query: asked } }))
      : ask(quietly.GET('/v2/handles/{handle}/audit-events', { params: { path: { handle }, query: asked } }));
  };
  const { items, more, fault } = useList(cursor => page(cursor, 50), [handle, given, closed]);
  return (
    <>
      <div class="head">
        <h1>{ofServer ? kAudit.titleOfServer : kAudit.title}</h1>
        {!closed && (
          <div class="acts">
            <ExportCsv
              name={`audit-${ofServer ? 'server' : handle}`}
              heads={kAudit.csv}
              page={cursor => page(cursor, 200)}
              row={one => [
                one.number,
                one.at,
                one.actor,
                one.address,
                one.action,
                one.target,
                one.before && JSON.stringify(one.before),
                JSON.stringify(one.detail),
                one.requestId,
                one.auditId,
              ]}
            />
            <Export handle={ofServer ? '' : handle} />
          </div>
        )}
        <p>{ofServer ? kAudit.leadOfServer : kAudit.lead}</p>
      </div>
      {closed ? (
        <p class="note">{closed}</p>
      ) : (
        <>
          <div class="filters">
            <AuditFilters />
            {!!items?.length && <FoundCount says={kAudit.count(items.length, !!more)} />}
          </div>
          {fault && <FaultNote fault={fault} />}
          {items?.length === 0 && !more && (
            <Empty says={kParams.some(name => query.has(name)) ? kAudit.noMatch : kAudit.none} />
          )}
          {(!!items?.length || more) && (
            <section class="panel">
              <LongTable
                label={kAudit.label}
                items={items ?? []}
                idOf={one => one.auditId}
                lead={{
                  head: heads.change,
                  width: '28%',
                  cell: one => <b title={one.action}>{kActions[one.action] ?? one.action}</b>,
                  more: one => <Target action={one.action} target={one.target} />,
                }}
                columns={kColumns}
                onEnd={more ?? undefined}
              />
            </section>
          )}
        </>
      )}
    </>
  );
}

// A link to the changed object.
function Target({ action, target }: { action: string; target: string }) {
  if (action === 'rule.put') return <a href={at('rules', [target])}>{target}</a>;
  if (action === 'rules.rollback') return <a href={at('rules', ['-', 'versions'])}>{kAudit.version(target)}</a>;
  if (action.startsWith('webhook.') && action !== 'webhook.delete')
    return <a href={at('deliveries', [], { subscription: target })}>{target}</a>;
  return <span title={target}>{target}</span>;
}
