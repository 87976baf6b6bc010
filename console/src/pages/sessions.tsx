import { useState } from 'preact/hooks';
import { api, ask, quietly } from '../api/client.ts';
import type { Fault } from '../api/fault.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Empty } from '../parts/empty.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { closedBelow } from '../parts/gate.ts';
import { Instant } from '../parts/instant.tsx';
import { Json } from '../parts/json.tsx';
import { confirmed } from '../parts/toast.tsx';
import { useList } from '../state/list.ts';
import { whoseOf } from '../state/people.ts';
import { at, go, place } from '../state/place.ts';
import { usePoll } from '../state/poll.ts';
import { includes, roleOn } from '../state/sign_in.ts';
import { learnCauses, read, type Session } from '../state/timeline.ts';
import { SessionRow } from './session_row.tsx';
import { Moments, Whose } from './timeline.tsx';

export function SessionsPage() {
  const [sessionId] = place.value.more;
  return sessionId ? <One key={sessionId} sessionId={sessionId} /> : <List />;
}

function List() {
  const { handle } = place.value;
  const { items, more, fault } = useList(
    cursor =>
      ask(quietly.GET('/v2/handles/{handle}/chain', { params: { path: { handle }, query: { cursor, limit: 50 } } })),
    [handle],
  );
  return (
    <>
      <h1>Sessions</h1>
      <p class="lead">Sessions, newest first. Open one to see its signals and what they triggered.</p>
      {fault && <FaultNote fault={fault} />}
      {items?.length === 0 && (
        <Empty
          says="No sessions yet. Append a signal to start one."
          asked={{
            method: 'POST',
            path: '/v2/public/chain/signals',
            signedIn: false,
            headers: [['content-type', 'application/json']],
            body: JSON.stringify({ handle, sessionId: 'sess-1', signals: [{ type: 'view' }] }),
          }}
        >
          <a class="button primary" href={at('append')}>
            Append a signal
          </a>
        </Empty>
      )}
      {!!items?.length && (
        <section class="card">
          <ul class="rows">
            {items.map(one => (
              <li key={one.sessionId}>
                <SessionRow session={one} who={whoseOf(one)} />
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

function One({ sessionId }: { sessionId: string }) {
  const { handle } = place.value;
  const [session, setSession] = useState<Session | null | undefined>(undefined),
    [fault, setFault] = useState<Fault | null>(null),
    [asking, setAsking] = useState(false);
  usePoll(
    3000,
    async isCurrent => {
      const got = await read(handle, sessionId);
      if (!isCurrent()) return;
      setSession(got.session);
      setFault(got.fault);
      if (got.session && includes(roleOn(handle), 'OPERATOR')) await learnCauses(handle, got.session.timeline);
    },
    [handle, sessionId],
  );
  const erase = async () => {
    const answer = await ask(
      api.DELETE('/v2/handles/{handle}/chain/{sessionId}', { params: { path: { handle, sessionId } } }),
    );
    setAsking(false);
    if (!answer.ok) return setFault(answer.fault);
    confirmed('Erased');
    go(at('sessions'));
  };
  return (
    <>
      <div class="title">
        <p class="back">
          <a href={at('sessions')}>Sessions</a>
        </p>
        <h1 class="wrap mono">{sessionId}</h1>
      </div>
      {fault && <FaultNote fault={fault} />}
      {session === null && !fault && (
        <Empty says="Session not found: it never received a signal, was erased, or its retention period has ended." />
      )}
      {session && (
        <>
          <dl class="facts">
            <div>
              <dt>Visitor</dt>
              <dd>
                <Whose session={session} />
              </dd>
            </div>
            <div>
              <dt>Consent</dt>
              <dd>{session.consent}</dd>
            </div>
            <div>
              <dt>Signals in the window</dt>
              <dd>{session.signalCount}</dd>
            </div>
            <div>
              <dt>Started</dt>
              <dd>
                <Instant at={session.createdAt} />
              </dd>
            </div>
            <div>
              <dt>Last signal</dt>
              <dd>
                <Instant at={session.lastSignalAt} />
              </dd>
            </div>
            <div>
              <dt>Expires</dt>
              <dd>
                <Instant at={session.expiresAt} />
              </dd>
            </div>
          </dl>
          <div class="actions">
            <a class="button" href={at('append', [], { session: sessionId })}>
              Append a signal
            </a>
            <a class="button" href={at('resolve', [], { session: sessionId })}>
              Resolve a decision
            </a>
            <Button kind="quiet" closed={closedBelow('OPERATOR')} onPress={() => setAsking(true)}>
              Erase
            </Button>
          </div>
          {Object.keys(session.context).length > 0 && (
            <section class="card" aria-labelledby="context">
              <h2 id="context">Context</h2>
              <Json text={JSON.stringify(session.context)} label="Context" />
            </section>
          )}
          <section class="card" aria-labelledby="timeline">
            <h2 id="timeline">Timeline</h2>
            <Moments session={session} />
          </section>
        </>
      )}
      {asking && (
        <Dialog title="Erase this session?" onClose={() => setAsking(false)}>
          <p>
            Its signals and decisions become unreadable at once and are deleted from disk within a day. Its pending
            deliveries are canceled. This cannot be undone.
          </p>
          <div class="actions">
            <Button kind="danger" onPress={erase}>
              Erase
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}
