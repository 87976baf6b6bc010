import { useState } from 'preact/hooks';
import { api, ask, quietly } from '../api/client.ts';
import type { components } from '../api/described.d.ts';
import type { Fault } from '../api/fault.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Empty } from '../parts/empty.tsx';
import { ExportCsv } from '../parts/export_csv.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { SearchField } from '../parts/filter_bar.tsx';
import { FoundCount } from '../parts/found_count.tsx';
import { closedBelow } from '../parts/gate.ts';
import { Instant } from '../parts/instant.tsx';
import { Json } from '../parts/json.tsx';
import { LongTable, type Column } from '../parts/long_table.tsx';
import { confirmed } from '../state/announce.ts';
import { kSession, kSessions } from '../sentences/sessions.ts';
import { useList } from '../state/list.ts';
import { useObject } from '../state/object.ts';
import { personAt, readVisitor, whoseOf } from '../state/people.ts';
import { at, go, place } from '../state/place.ts';
import { usePoll } from '../state/poll.ts';
import { includes, roleOn } from '../state/sign_in.ts';
import { learnCauses, read, type Session } from '../state/timeline.ts';
import { Moments, Whose } from './timeline.tsx';

type Summary = components['schemas']['SessionSummary'];

export function SessionsPage() {
  const [sessionId] = place.value.more;
  return sessionId ? <One key={sessionId} sessionId={sessionId} /> : <List />;
}

const pageOf = (handle: string, cursor: string | undefined) =>
  ask(quietly.GET('/v2/handles/{handle}/chain', { params: { path: { handle }, query: { cursor, limit: 100 } } }));

const { heads } = kSessions;
const kColumns: Column<Summary>[] = [
  {
    head: heads.visitor,
    width: '24%',
    cell: one => {
      const id = whoseOf(one);
      return (
        id && (
          <a class="cut" href={personAt(id)} title={id}>
            {id}
          </a>
        )
      );
    },
  },
  { head: heads.signals, width: '10%', right: true, cell: one => one.version },
  { head: heads.started, width: '15%', right: true, cell: one => <Instant at={one.createdAt} /> },
  { head: heads.last, width: '15%', right: true, cell: one => <Instant at={one.lastSignalAt} /> },
];

// The session with this id, else the visitor, whose page lists the sessions.
async function open(handle: string, id: string) {
  const { session } = await read(handle, id);
  const isVisitor = !session && (await readVisitor(handle, id)).ok;
  go(isVisitor ? personAt(id) : at('sessions', [id]));
}

function List() {
  const { handle } = place.value;
  const { items, more, fault } = useList(cursor => pageOf(handle, cursor), [handle]);
  return (
    <>
      <div class="head">
        <h1>{kSessions.title}</h1>
        <div class="acts">
          <ExportCsv
            name={`sessions-${handle}`}
            heads={kSessions.csv}
            page={cursor => pageOf(handle, cursor)}
            row={one => [one.sessionId, one.visitorId, one.anonymousId, one.version, one.createdAt, one.lastSignalAt]}
          />
        </div>
      </div>
      <div class="filters">
        <SearchField
          label={kSessions.search}
          maxLength={128}
          onEnter={id => {
            if (id) void open(handle, id);
          }}
        />
        {!!items?.length && <FoundCount says={kSessions.count(items.length, !!more)} />}
      </div>
      {fault && <FaultNote fault={fault} />}
      {items?.length === 0 && !more && (
        <Empty
          says={kSessions.none}
          asked={{
            method: 'POST',
            path: '/v2/public/chain/signals',
            signedIn: false,
            headers: [['content-type', 'application/json']],
            body: JSON.stringify({ handle, sessionId: 'sess-1', signals: [{ type: 'view' }] }),
          }}
        >
          <a class="btn pri" href={at('append')}>
            {kSessions.append}
          </a>
        </Empty>
      )}
      {!!items?.length && (
        <section class="panel">
          <LongTable
            label={kSessions.label}
            items={items}
            idOf={one => one.sessionId}
            link={one => at('sessions', [one.sessionId])}
            lead={{
              head: heads.session,
              width: '36%',
              cell: one => (
                <span class="mono" title={one.sessionId}>
                  {one.sessionId}
                </span>
              ),
            }}
            columns={kColumns}
            onEnd={more ?? undefined}
          />
          <p class="pfoot">{kSessions.kept}</p>
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
  useObject(sessionId);
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
    confirmed(kSession.erased);
    go(at('sessions'));
  };
  return (
    <>
      <div class="head">
        <h1 class="wrap">{sessionId}</h1>
        {session && (
          <div class="acts">
            <a class="btn" href={at('append', [], { session: sessionId })}>
              {kSession.append}
            </a>
            <a class="btn" href={at('resolve', [], { session: sessionId })}>
              {kSession.resolve}
            </a>
            <Button kind="delete" closed={closedBelow('OPERATOR')} onPress={() => setAsking(true)}>
              {kSession.erase}
            </Button>
          </div>
        )}
      </div>
      {fault && <FaultNote fault={fault} />}
      {session === null && !fault && <Empty says={kSession.missing} />}
      {session && (
        <div class="cols main-side">
          <section class="panel" aria-labelledby="timeline">
            <div class="phead">
              <h2 id="timeline">{kSession.timeline}</h2>
            </div>
            <div class="pad stack s">
              <Moments session={session} />
            </div>
          </section>
          <div class="stack">
            <Facts session={session} />
            {Object.keys(session.context).length > 0 && (
              <section class="panel" aria-labelledby="context">
                <div class="phead">
                  <h2 id="context">{kSession.context}</h2>
                </div>
                <Json text={JSON.stringify(session.context)} label={kSession.context} />
              </section>
            )}
          </div>
        </div>
      )}
      {asking && (
        <Dialog title={kSession.eraseTitle} onClose={() => setAsking(false)}>
          <p>{kSession.eraseSays}</p>
          <div class="row">
            <Button kind="danger" onPress={erase}>
              {kSession.erase}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}

const Facts = ({ session }: { session: Session }) => (
  <section class="panel" aria-labelledby="details">
    <div class="phead">
      <h2 id="details">{kSession.details}</h2>
    </div>
    <dl class="kv pad">
      <dt>{kSession.visitor}</dt>
      <dd>
        <Whose session={session} />
      </dd>
      {session.visitorId && (
        <>
          <dt>{kSession.proven}</dt>
          <dd>{session.proven ? kSession.yes : kSession.no}</dd>
        </>
      )}
      <dt>{kSession.consent}</dt>
      <dd>{session.consent}</dd>
      <dt>{kSession.signals}</dt>
      <dd class="n">{session.signalCount}</dd>
      <dt>{kSession.started}</dt>
      <dd class="n">
        <Instant at={session.createdAt} />
      </dd>
      <dt>{kSession.last}</dt>
      <dd class="n">
        <Instant at={session.lastSignalAt} />
      </dd>
      <dt>{kSession.expires}</dt>
      <dd class="n">
        <Instant at={session.expiresAt} />
      </dd>
    </dl>
  </section>
);
