import { useState } from 'preact/hooks';
import { ask, quietly } from '../api/client.ts';
import { Button } from '../parts/button.tsx';
import { Empty } from '../parts/empty.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { closedBelow, closedBelowAdmin } from '../parts/gate.ts';
import { Instant } from '../parts/instant.tsx';
import { useList } from '../state/list.ts';
import { at, kNoHandle, place } from '../state/place.ts';
import { useSettled } from '../state/settled.ts';
import { Export } from './audit/export.tsx';
import { FilterFields, type Filters, given, isAny, kNone } from './audit/filters.tsx';

export function AuditPage() {
  const { handle } = place.value;
  const ofServer = handle === kNoHandle;
  const closed = ofServer ? closedBelowAdmin() : closedBelow('OPERATOR');
  const [filters, setFilters] = useState<Filters>(kNone);
  const asked = useSettled(filters, 300);
  const { items, more, fault } = useList(
    cursor => {
      const query = { cursor, limit: 50, ...given(asked) };
      return ofServer
        ? ask(quietly.GET('/v2/platform-admin/audit-events', { params: { query } }))
        : ask(quietly.GET('/v2/handles/{handle}/audit-events', { params: { path: { handle }, query } }));
    },
    [handle, asked],
  );
  return (
    <>
      <h1>Audit</h1>
      <p class="lead">
        {ofServer
          ? 'Events that belong to no handle: sign-ins, users, passwords and the allowlist.'
          : 'Every change to the configuration of this handle: who, what and when.'}
      </p>
      {closed ? <p class="note">{closed}</p> : fault && <FaultNote fault={fault} />}
      {!closed && <FilterFields filters={filters} onChange={setFilters} />}
      {!closed && <Export handle={ofServer ? '' : handle} />}
      {items?.length === 0 && !more && <Empty says={isAny(asked) ? 'No event fits.' : 'No changes yet.'} />}
      {(!!items?.length || more) && (
        <section class="card">
          <div class="scroll" tabIndex={0} role="region" aria-label="Audit events">
            <table>
              <thead>
                <tr>
                  <th>When</th>
                  <th>Who</th>
                  <th>What</th>
                  <th>Target</th>
                  <th>Details</th>
                </tr>
              </thead>
              <tbody>
                {items?.map(one => (
                  <tr key={one.auditId}>
                    <td>
                      <Instant at={one.at} />
                    </td>
                    <td>
                      {one.actor || <span class="quiet">nobody known</span>}
                      {one.address && <div class="quiet small">{one.address}</div>}
                    </td>
                    <td>
                      <strong>{one.action}</strong>
                    </td>
                    <td class="mono wrap">
                      <Target action={one.action} target={one.target} />
                    </td>
                    <td>
                      <Detail of={one.detail} before={one.before} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {more && (
            <div>
              <Button onPress={more}>Show more</Button>
            </div>
          )}
        </section>
      )}
    </>
  );
}

// A link to the changed object.
function Target({ action, target }: { action: string; target: string }) {
  if (action === 'rule.put') return <a href={at('rules', [target])}>{target}</a>;
  if (action === 'rules.rollback') return <a href={at('rules', ['-', 'versions'])}>version {target}</a>;
  if (action.startsWith('webhook.') && action !== 'webhook.delete')
    return <a href={at('deliveries', [], { subscription: target })}>{target}</a>;
  return <>{target}</>;
}

const kShort = 120; // characters

// What it is now, and what it was.
function Detail({ of, before }: { of: unknown; before: unknown }) {
  const text = JSON.stringify(of);
  if (!before && text === '{}') return <span class="quiet">–</span>;
  return (
    <>
      {text !== '{}' && <Json text={text} />}
      {before !== null && (
        <div>
          <span class="quiet small">before: </span>
          <Json text={JSON.stringify(before)} />
        </div>
      )}
    </>
  );
}

const Json = ({ text }: { text: string }) =>
  text.length <= kShort ? (
    <code class="wrap small">{text}</code>
  ) : (
    <details>
      <summary>{text.length} characters</summary>
      <code class="wrap small">{text}</code>
    </details>
  );
