import { useState } from 'preact/hooks';
import { ask, quietly } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { Copy } from '../../parts/copy.tsx';
import { download } from '../../parts/download.ts';
import { Empty } from '../../parts/empty.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { closedBelow } from '../../parts/gate.ts';
import { Instant } from '../../parts/instant.tsx';
import { confirmed } from '../../parts/toast.tsx';
import { isBrowser, nameOf, personAt, readTraits, readVisitor, type Trait, type Visitor } from '../../state/people.ts';
import { at, go, place } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { SessionRow } from '../session_row.tsx';
import { Counters } from './counters.tsx';
import { Erase } from './erase.tsx';
import { Join } from './join.tsx';
import { Known } from './known.tsx';
import { Line } from './line.tsx';
import { Search } from './search.tsx';
import { Split } from './split.tsx';

type Asking = 'join' | 'split' | 'erase' | '';

// The visitor whose id it is.
export function Person({ id }: { id: string }) {
  const { handle } = place.value;
  const [visitor, setVisitor] = useState<Visitor | null | undefined>(undefined),
    [traits, setTraits] = useState<Trait[]>([]),
    [fault, setFault] = useState<Fault | null>(null),
    [asking, setAsking] = useState<Asking>(''),
    [round, setRound] = useState(0);
  usePoll(
    5000,
    async isCurrent => {
      const answer = await readVisitor(handle, id);
      if (!isCurrent()) return;
      const isUnknown = !answer.ok && answer.fault.code === 'not_found';
      setFault(answer.ok || isUnknown ? null : answer.fault);
      if (answer.ok) setVisitor(answer.data);
      else if (isUnknown) setVisitor(null);
    },
    [handle, id, round],
  );
  usePoll(
    0,
    async isCurrent => {
      const answer = await readTraits(handle);
      if (answer.ok && isCurrent()) setTraits(answer.data.items);
    },
    [handle, round],
  );
  const again = () => setRound(round + 1);
  const arrive = (name: string) => {
    setAsking('');
    again();
    go(personAt(name));
  };
  const close = () => setAsking('');
  const name = visitor ? nameOf(visitor) : id;
  return (
    <>
      <div class="title">
        <p class="back">
          <a href={at('people')}>People</a>
        </p>
        <h1 class="wrap">{name}</h1>
        {name !== id && (
          <p class="quiet small wrap">
            Found by <span class="mono">{id}</span>
          </p>
        )}
      </div>
      {fault && <FaultNote fault={fault} />}
      {visitor === undefined && !fault && (
        <p class="loading" aria-live="polite">
          Loading…
        </p>
      )}
      {visitor === null && (
        <>
          <Empty says="No visitor has this id: it was never seen, was erased, or its retention period has ended." />
          <Search found={id} />
        </>
      )}
      {visitor && (
        <>
          <Actions visitor={visitor} onAsk={setAsking} onFault={setFault} />
          <Ids visitor={visitor} />
          <Known visitor={visitor} traits={traits} onChange={again} />
          <Counters counters={visitor.counters} />
          <Line visitor={visitor} traits={traits} />
          <Sessions visitor={visitor} />
        </>
      )}
      {visitor && asking === 'join' && <Join name={name} onClose={close} onDone={arrive} />}
      {visitor && asking === 'split' && <Split visitor={visitor} onClose={close} onDone={arrive} />}
      {visitor && asking === 'erase' && <Erase visitor={visitor} onClose={close} />}
    </>
  );
}

interface ActionsProps {
  visitor: Visitor;
  onAsk: (what: Asking) => void;
  onFault: (fault: Fault | null) => void;
}

function Actions({ visitor, onAsk, onFault }: ActionsProps) {
  const { handle } = place.value,
    name = nameOf(visitor);
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    // Not for the inspector: it may be megabytes.
    const answer = await ask(
      quietly.GET('/v2/handles/{handle}/visitors/{visitorId}/export', {
        params: { path: { handle, visitorId: name } },
      }),
    );
    setBusy(false);
    onFault(answer.ok ? null : answer.fault);
    if (!answer.ok) return;
    download(`visitor-${name}`, answer.data);
    confirmed('Exported');
  };
  const closed = closedBelow('OPERATOR');
  if (closed) return <p class="note">To change, export or erase a visitor: {closed}</p>;
  return (
    <div class="actions">
      <Button busy={busy} onPress={save}>
        Export
      </Button>
      <Button onPress={() => onAsk('join')}>Join another id</Button>
      <Button closed={visitor.ids.length > 1 ? '' : 'There is only one id.'} onPress={() => onAsk('split')}>
        Split
      </Button>
      <Button kind="quiet" onPress={() => onAsk('erase')}>
        Erase
      </Button>
    </div>
  );
}

const Ids = ({ visitor }: { visitor: Visitor }) => (
  <section class="card" aria-labelledby="ids">
    <h2 id="ids">Ids</h2>
    <ul class="ids">
      {visitor.ids.map(({ id, since }) => (
        <li key={id}>
          <span>
            <span class="mono small wrap">{id}</span> <Copy text={id} what={id} />
          </span>
          <span class="quiet small">{isBrowser(id) ? 'browser' : 'visitorId'}</span>
          <span class="quiet small">
            {since ? (
              <>
                since <Instant at={since} />
              </>
            ) : (
              'names the visitor'
            )}
          </span>
        </li>
      ))}
    </ul>
  </section>
);

function Sessions({ visitor: { sessions, sessionCount } }: { visitor: Visitor }) {
  return (
    <section class="card" aria-labelledby="sessions">
      <h2 id="sessions">Sessions</h2>
      {sessions.length === 0 && <p class="quiet">No sessions within the retention period.</p>}
      {sessions.length < sessionCount && (
        <p class="quiet small">
          The newest {sessions.length} of {sessionCount}.
        </p>
      )}
      <ul class="rows">
        {sessions.map(one => (
          <li key={one.sessionId}>
            <SessionRow session={one} who={one.anonymousId && `~${one.anonymousId}`} />
          </li>
        ))}
      </ul>
    </section>
  );
}
