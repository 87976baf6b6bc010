import { useEffect, useRef } from 'preact/hooks';
import { ask, quietly } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import { Button } from '../../parts/button.tsx';
import { Empty } from '../../parts/empty.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { Instant } from '../../parts/instant.tsx';
import { useList } from '../../state/list.ts';
import { personAt, whoseOf } from '../../state/people.ts';
import { at, filter, place } from '../../state/place.ts';
import { counted } from '../../state/words.ts';
import { Search } from './search.tsx';
import { PeopleTabs } from './tabs.tsx';

type Session = components['schemas']['SessionSummary'];
type Visitor = components['schemas']['VisitorSummary'];
const kSessions = 100,
  kSeenLast = 10,
  kPage = 50,
  kTyping = 250; // milliseconds of rest before a search

export function Find() {
  const { handle, query } = place.value;
  const q = query.get('q') ?? '',
    timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const {
    items: listed,
    isOutdated,
    more,
    fault,
  } = useList(
    cursor =>
      ask(
        quietly.GET('/v2/handles/{handle}/visitors', {
          params: { path: { handle }, query: { q: q || undefined, cursor, limit: kPage } },
        }),
      ),
    [handle, q],
  );
  const items = isOutdated ? null : listed;
  const type = (text: string) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => filter({ q: text }), kTyping);
  };
  return (
    <>
      <h1>People</h1>
      <p class="lead">
        Visitors with all their ids, traits and sessions. Any of a visitor’s ids opens them; one with ~ is a browser.
      </p>
      <PeopleTabs />
      <Search found={q} onType={type} />
      {fault && <FaultNote fault={fault} />}
      {!items && !fault && (
        <p class="loading" aria-live="polite">
          Loading…
        </p>
      )}
      {items?.length === 0 && !more && !q && <Nobody handle={handle} />}
      {items?.length === 0 && !more && q && (
        <p class="note" role="status">
          No visitor has an id that begins with <span class="mono wrap">{q}</span>.
        </p>
      )}
      {!!items?.length && !q && <SeenLast handle={handle} />}
      {(!!items?.length || more) && (
        <section class="card" aria-labelledby="all">
          <h2 id="all" class="wrap">
            {q ? `Ids that begin with ${q}` : 'All visitors, by id'}
          </h2>
          <ul class="rows">
            {items?.map(one => (
              <li key={`${one.id} ${one.foundBy}`}>
                <Row visitor={one} />
              </li>
            ))}
          </ul>
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

const Row = ({ visitor: { id, foundBy, idCount, sessionCount, lastSeenAt } }: { visitor: Visitor }) => (
  <a class="row" href={personAt(id)}>
    <span class="main">{id}</span>
    <span class="small">{counted(sessionCount, 'session')}</span>
    <span class="quiet small wrap">
      {foundBy && foundBy !== id ? `by ${foundBy}` : idCount > 1 ? counted(idCount, 'id') : ''}
    </span>
    <span class="when">
      <Instant at={lastSeenAt} />
    </span>
  </a>
);

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
    <section class="card" aria-labelledby="seen">
      <h2 id="seen">Visitors of the newest sessions</h2>
      <ul class="rows">
        {visitors.map(([id, [newest, ...others]]) => (
          <li key={id}>
            <a class="row" href={personAt(id)}>
              <span class="main">{id}</span>
              <span class="small">{counted(others.length + 1, 'session')}</span>
              <span />
              <span class="when">
                <Instant at={newest!.lastSignalAt} />
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

const Nobody = ({ handle }: { handle: string }) => (
  <Empty
    says="No visitors yet. A session belongs to one when its signals name a visitorId, or an anonymousId."
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
);
