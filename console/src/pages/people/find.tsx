import { ask, quietly } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import { Empty } from '../../parts/empty.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { Instant } from '../../parts/instant.tsx';
import { useList } from '../../state/list.ts';
import { personAt, whoseOf } from '../../state/people.ts';
import { at, place } from '../../state/place.ts';
import { Search } from './search.tsx';
import { PeopleTabs } from './tabs.tsx';

type Summary = components['schemas']['SessionSummary'];
const kSessions = 100;

// The visitors of sessions, in the order of the sessions.
const visitorsOf = (sessions: Summary[]) => {
  const theirs = new Map<string, Summary[]>();
  for (const session of sessions) {
    const id = whoseOf(session);
    if (id) theirs.set(id, [...(theirs.get(id) ?? []), session]);
  }
  return [...theirs];
};

export function Find() {
  const { handle } = place.value;
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
  return (
    <>
      <h1>People</h1>
      <p class="lead">Visitors with all their ids, traits and sessions. Any of a visitor’s ids opens them.</p>
      <PeopleTabs />
      <Search />
      {fault && <FaultNote fault={fault} />}
      {!items && !fault && (
        <p class="loading" aria-live="polite">
          Loading…
        </p>
      )}
      {items && visitors.length === 0 && (
        <Empty
          says="No visitors in the newest sessions yet. A session belongs to one when its signals name a visitorId, or an anonymousId."
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
          <a class="button" href={at('sessions')}>
            Sessions
          </a>
        </Empty>
      )}
      {visitors.length > 0 && (
        <section class="card" aria-labelledby="seen">
          <h2 id="seen">Visitors of the {kSessions} newest sessions</h2>
          <ul class="rows">
            {visitors.map(([id, [newest, ...others]]) => (
              <li key={id}>
                <a class="row" href={personAt(id)}>
                  <span class="main">{id}</span>
                  <span class="small">
                    {others.length + 1} {others.length ? 'sessions' : 'session'}
                  </span>
                  <span />
                  <span class="when">
                    <Instant at={newest!.lastSignalAt} />
                  </span>
                </a>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
