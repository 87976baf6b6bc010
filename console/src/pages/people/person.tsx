import { useState } from 'preact/hooks';
import { ask, quietly } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { Chip } from '../../parts/chip.tsx';
import { download } from '../../parts/download.ts';
import { Empty } from '../../parts/empty.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { closedBelow } from '../../parts/gate.ts';
import { Instant } from '../../parts/instant.tsx';
import { kPerson } from '../../sentences/people.ts';
import { confirmed } from '../../state/announce.ts';
import { useObject } from '../../state/object.ts';
import { nameOf, personAt, readTraits, readVisitor, type Trait, type Visitor } from '../../state/people.ts';
import { at, go, place } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { read, type Session } from '../../state/timeline.ts';
import { Counters } from './counters.tsx';
import { Erase } from './erase.tsx';
import { Join } from './join.tsx';
import { Known } from './known.tsx';
import { Line } from './line.tsx';
import { Search } from './search.tsx';
import { Consent, Ids, Sessions, Tiles } from './sides.tsx';
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
  const newest = useNewest(handle, visitor?.sessions[0]);
  const again = () => setRound(round + 1);
  const arrive = (name: string) => {
    setAsking('');
    again();
    go(personAt(name));
  };
  const close = () => setAsking('');
  const name = visitor ? nameOf(visitor) : id;
  useObject(name);
  return (
    <>
      <div class="head">
        <span class="avatar l" aria-hidden="true">
          {[...name.replace(/^~/, '')][0]?.toUpperCase()}
        </span>
        <h1 class="wrap">{name}</h1>
        {newest && <ConsentChip session={newest} />}
        {visitor && <Actions visitor={visitor} onAsk={setAsking} onFault={setFault} />}
        {name !== id && (
          <p class="wrap">
            {kPerson.foundBy} <span class="mono">{id}</span>
          </p>
        )}
        {visitor && visitor.sessions.length > 0 && (
          <p class="n">
            {kPerson.seen.first} <Instant at={visitor.sessions.at(-1)!.createdAt} />, {kPerson.seen.last}{' '}
            <Instant at={visitor.sessions[0]!.lastSignalAt} />
          </p>
        )}
      </div>
      {fault && <FaultNote fault={fault} />}
      {visitor === undefined && !fault && (
        <p class="loading" aria-live="polite">
          {kPerson.loading}
        </p>
      )}
      {visitor === null && (
        <>
          <Empty says={kPerson.unknown} />
          <div class="filters">
            <Search found={id} />
          </div>
        </>
      )}
      {visitor && (
        <>
          <Tiles visitor={visitor} />
          <div class="cols main-side">
            <div class="stack">
              <Line visitor={visitor} traits={traits} />
              <Sessions visitor={visitor} />
            </div>
            <div class="stack">
              <Ids visitor={visitor} />
              {newest && <Consent session={newest} />}
            </div>
          </div>
          <Known visitor={visitor} traits={traits} onChange={again} />
          <Counters counters={visitor.counters} />
        </>
      )}
      {visitor && asking === 'join' && <Join name={name} onClose={close} onDone={arrive} />}
      {visitor && asking === 'split' && <Split visitor={visitor} onClose={close} onDone={arrive} />}
      {visitor && asking === 'erase' && <Erase visitor={visitor} onClose={close} />}
    </>
  );
}

// The newest session, as it is: what was consented to is said in sessions.
function useNewest(handle: string, newest: Visitor['sessions'][number] | undefined): Session | null {
  const [session, setSession] = useState<Session | null>(null);
  usePoll(
    0,
    async isCurrent => {
      const got = newest ? await read(handle, newest.sessionId) : null;
      if (isCurrent()) setSession(got?.session ?? null);
    },
    [handle, newest?.sessionId, newest?.version],
  );
  return session;
}

const kConsentTones = { full: 'good', basic: 'info', denied: 'bad' } as const;
const ConsentChip = ({ session: { consent } }: { session: Session }) => (
  <Chip tone={kConsentTones[consent]}>{kPerson.consent(consent)}</Chip>
);

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
    confirmed(kPerson.exported);
  };
  const closed = closedBelow('OPERATOR');
  if (closed) return <p class="note">{kPerson.closed(closed)}</p>;
  const [newest] = visitor.sessions;
  return (
    <div class="acts">
      {newest && (
        <a class="btn" href={at('resolve', [], { session: newest.sessionId })}>
          {kPerson.tryRule}
        </a>
      )}
      <Button icon="download" busy={busy} onPress={save}>
        {kPerson.export}
      </Button>
      <Button onPress={() => onAsk('join')}>{kPerson.join}</Button>
      {visitor.ids.length > 1 && <Button onPress={() => onAsk('split')}>{kPerson.split}</Button>}
      <Button kind="delete" onPress={() => onAsk('erase')}>
        {kPerson.erase}
      </Button>
    </div>
  );
}
