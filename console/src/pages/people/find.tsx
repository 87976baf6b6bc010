import './people.css';
import { ask, quietly } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import { Empty } from '../../parts/empty.tsx';
import { ExportCsv } from '../../parts/export_csv.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { FoundCount } from '../../parts/found_count.tsx';
import { Instant } from '../../parts/instant.tsx';
import { LongTable, type Column } from '../../parts/long_table.tsx';
import { kPeople } from '../../sentences/people.ts';
import { useList } from '../../state/list.ts';
import { isBrowser, personAt, whoseOf } from '../../state/people.ts';
import { at, place } from '../../state/place.ts';
import { Search } from './search.tsx';
import { PeopleTabs } from './tabs.tsx';

type Session = components['schemas']['SessionSummary'];
type Visitor = components['schemas']['VisitorSummary'];
const kSessions = 100,
  kSeenLast = 5,
  kPage = 200;

const pageOf = (handle: string, q: string, cursor: string | undefined) =>
  ask(
    quietly.GET('/v2/handles/{handle}/visitors', {
      params: { path: { handle }, query: { q: q || undefined, cursor, limit: kPage } },
    }),
  );

const { heads } = kPeople;
const kColumns: Column<Visitor>[] = [
  { head: heads.ids, width: '12%', right: true, cell: one => one.idCount },
  { head: heads.sessions, width: '12%', right: true, cell: one => one.sessionCount },
  { head: heads.firstSeen, width: '18%', right: true, cell: one => <Instant at={one.firstSeenAt} /> },
  { head: heads.lastSeen, width: '18%', right: true, cell: one => <Instant at={one.lastSeenAt} /> },
];

export function Find() {
  const { handle, query } = place.value;
  const q = query.get('q') ?? '';
  const { items: listed, isOutdated, more, fault } = useList(cursor => pageOf(handle, q, cursor), [handle, q]);
  const items = isOutdated ? null : listed;
  return (
    <>
      <div class="head">
        <h1>{kPeople.title}</h1>
        <div class="acts">
          <ExportCsv
            name={`people-${handle}`}
            heads={kPeople.csv}
            page={cursor => pageOf(handle, q, cursor)}
            row={one => [
              one.id,
              one.visitorId,
              one.foundBy,
              one.idCount,
              one.sessionCount,
              one.firstSeenAt,
              one.lastSeenAt,
            ]}
          />
        </div>
      </div>
      <PeopleTabs />
      <div class="filters">
        <Search />
        {!!items?.length && <FoundCount says={kPeople.count(items.length, !!more)} />}
      </div>
      {fault && <FaultNote fault={fault} />}
      {!items && !fault && (
        <p class="loading" aria-live="polite">
          {kPeople.loading}
        </p>
      )}
      {items?.length === 0 && !more && !q && <Nobody handle={handle} />}
      {items?.length === 0 && !more && q && (
        <p class="m" role="status">
          {kPeople.noMatch} <span class="mono wrap">{q}</span>.
        </p>
      )}
      {!!items?.length && !q && <SeenLast handle={handle} />}
      {(!!items?.length || more) && (
        <section class="panel" aria-labelledby="all">
          <div class="phead">
            <h2 id="all" class="wrap">
              {q ? kPeople.found(q) : kPeople.all}
            </h2>
          </div>
          <LongTable
            label={kPeople.label}
            items={items ?? []}
            idOf={one => `${one.id} ${one.foundBy}`}
            link={one => personAt(one.id)}
            lead={{
              head: heads.person,
              width: '40%',
              cell: one => <span title={one.id}>{one.id}</span>,
              more: one =>
                one.foundBy && one.foundBy !== one.id
                  ? kPeople.foundBy(one.foundBy)
                  : isBrowser(one.id)
                    ? kPeople.anonymous
                    : null,
            }}
            columns={kColumns}
            onEnd={more ?? undefined}
          />
          <p class="pfoot">{kPeople.kept}</p>
        </section>
      )}
    </>
  );
}

// The visitors of sessions, in the order of the sessions.
function visitorsOf(sessions: Session[]) {
  const theirs = new Map<string, Session[]>();
  for (const session of sessions) {
    const id = whoseOf(session);
    if (id) theirs.set(id, [...(theirs.get(id) ?? []), session]);
  }
  return [...theirs].slice(0, kSeenLast);
}

function SeenLast({ handle }: { handle: string }) {
  const { items, fault } = useList(
    cursor =>
      ask(
        quietly.GET('/v2/handles/{handle}/chain', {
          params: { path: { handle }, query: { cursor, limit: kSessions } },
        }),
      ),
    [handle],
  );
  const visitors = visitorsOf(items ?? []);
  if (fault) return <FaultNote fault={fault} />;
  if (!visitors.length) return null;
  return (
    <section class="panel" aria-labelledby="seen">
      <div class="phead">
        <h2 id="seen">{kPeople.seenLast}</h2>
      </div>
      <ul class="seen">
        {visitors.map(([id, [newest, ...others]]) => (
          <li key={id} class="row">
            <a class="cut" href={personAt(id)} title={id}>
              {id}
            </a>
            <span class="sm m">{kPeople.sessions(others.length + 1)}</span>
            <span class="sm m push n">
              <Instant at={newest!.lastSignalAt} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const Nobody = ({ handle }: { handle: string }) => (
  <Empty
    says={kPeople.none}
    asked={{
      method: 'POST',
      path: '/v2/public/chain/signals',
      signedIn: false,
      headers: [['content-type', 'application/json']],
      body: JSON.stringify({
        handle,
        sessionId: 'sess-1',
        visitorId: 'customer-81',
        signals: [{ type: 'view' }],
      }),
    }}
  >
    <a class="btn" href={at('sessions')}>
      {kPeople.toSessions}
    </a>
  </Empty>
);
