import { Copy } from '../../parts/copy.tsx';
import { Instant } from '../../parts/instant.tsx';
import { LongTable } from '../../parts/long_table.tsx';
import { kPerson } from '../../sentences/people.ts';
import { isBrowser, type Visitor } from '../../state/people.ts';
import { at } from '../../state/place.ts';
import type { Session } from '../../state/timeline.ts';

const kNumber = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
const { tiles: says } = kPerson;

// The figures of a visitor: sessions, and what lifetime counters have counted.
export function Tiles({ visitor: { sessionCount, sessions, ids, counters } }: { visitor: Visitor }) {
  const browsers = ids.filter(({ id }) => isBrowser(id)).length;
  return (
    <dl class="tiles">
      <div class="tile s">
        <dt>{says.sessions}</dt>
        <dd class="v">{kNumber.format(sessionCount)}</dd>
        <dd class="d">{says.browsers(browsers)}</dd>
      </div>
      <div class="tile s">
        <dt>{says.signals}</dt>
        <dd class="v">{kNumber.format(sessions.reduce((sum, one) => sum + one.version, 0))}</dd>
        <dd class="d">{says.inNewest(sessions.length)}</dd>
      </div>
      {Object.entries(counters).map(([name, counted]) => (
        <div class="tile s" key={name}>
          <dt class="wrap">{name}</dt>
          <dd class="v">{counted ? kNumber.format(counted.count) : '–'}</dd>
          <dd class="d">
            {!counted
              ? says.filling
              : typeof counted.sum === 'number'
                ? says.counter(kNumber.format(counted.sum))
                : says.days(counted.days)}
          </dd>
        </div>
      ))}
    </dl>
  );
}

export const Ids = ({ visitor }: { visitor: Visitor }) => (
  <section class="panel" aria-labelledby="ids">
    <div class="phead">
      <h2 id="ids">{kPerson.ids}</h2>
    </div>
    <ul class="pad stack s">
      {visitor.ids.map(({ id, since }) => (
        <li key={id}>
          <span class="row tight">
            <span class="mono sm wrap">{id}</span> <Copy text={id} what={id} />
          </span>
          <span class="m xs">
            {isBrowser(id) ? kPerson.browser : kPerson.visitorId},{' '}
            {since ? (
              <>
                {kPerson.since} <Instant at={since} />
              </>
            ) : (
              kPerson.names
            )}
          </span>
        </li>
      ))}
    </ul>
  </section>
);

const { consentFacts: facts } = kPerson;

export const Consent = ({ session }: { session: Session }) => (
  <section class="panel" aria-labelledby="consent">
    <div class="phead">
      <h2 id="consent">{kPerson.consentTitle}</h2>
    </div>
    <dl class="kv pad">
      <dt>{facts.state}</dt>
      <dd>{session.consent}</dd>
      <dt>{facts.ofSession}</dt>
      <dd>
        <a href={at('sessions', [session.sessionId])} class="mono sm wrap">
          {session.sessionId}
        </a>
      </dd>
      {session.expiresAt && (
        <>
          <dt>{facts.keptUntil}</dt>
          <dd class="n">
            <Instant at={session.expiresAt} />
          </dd>
        </>
      )}
    </dl>
  </section>
);

const { sessionHeads: heads } = kPerson;

export function Sessions({ visitor: { sessions, sessionCount } }: { visitor: Visitor }) {
  return (
    <section class="panel" aria-labelledby="sessions">
      <div class="phead">
        <h2 id="sessions">{kPerson.sessions}</h2>
      </div>
      {sessions.length === 0 ? (
        <p class="pad m">{kPerson.noSessions}</p>
      ) : (
        <LongTable
          label={kPerson.sessions}
          items={sessions}
          idOf={one => one.sessionId}
          link={one => at('sessions', [one.sessionId])}
          lead={{
            head: heads.session,
            width: '45%',
            cell: one => <span title={one.sessionId}>{one.sessionId}</span>,
            more: one => one.anonymousId && `~${one.anonymousId}`,
          }}
          columns={[
            { head: heads.signals, width: '20%', right: true, cell: one => one.version },
            { head: heads.last, width: '35%', right: true, cell: one => <Instant at={one.lastSignalAt} /> },
          ]}
        />
      )}
      {sessions.length < sessionCount && <p class="pfoot">{kPerson.newest(sessions.length, sessionCount)}</p>}
    </section>
  );
}
