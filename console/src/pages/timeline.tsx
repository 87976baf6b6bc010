import { useState } from 'preact/hooks';
import type { Fault } from '../api/fault.ts';
import { State } from '../parts/chip.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { Instant } from '../parts/instant.tsx';
import { personAt, whoseOf } from '../state/people.ts';
import { at, place } from '../state/place.ts';
import { happened, session } from '../state/playbook.ts';
import { hostOf, loadSubscriptions, subscriptions } from '../state/subscriptions.ts';
import { usePoll } from '../state/poll.ts';
import { includes, roleOn } from '../state/sign_in.ts';
import { statusWords } from '../state/words.ts';
import { causeOf, learnCauses, nameOf, read, type Moment, type Session } from '../state/timeline.ts';

const kShown = 40;

// The current session, shown next to the steps of the playbook.
export function Timeline() {
  const { handle } = place.value,
    sessionId = session.value;
  const [{ session: found, fault }, setRead] = useState<{ session: Session | null; fault: Fault | null }>({
    session: null,
    fault: null,
  });
  const known = !!found; // a session that does not exist yet is polled less often
  usePoll(
    known ? 2000 : 10_000,
    async isCurrent => {
      if (!sessionId) return setRead({ session: null, fault: null });
      const got = await read(handle, sessionId);
      if (!isCurrent()) return;
      setRead(got);
      if (got.session && includes(roleOn(handle), 'OPERATOR')) await learnCauses(handle, got.session.timeline);
    },
    [handle, sessionId, happened.value, known],
  );
  return (
    <aside class="timeline" aria-label="Session timeline">
      <header>
        <h2>Session</h2>
        {found && (
          <a href={at('sessions', [sessionId])} class="small">
            Open
          </a>
        )}
      </header>
      {sessionId ? <p class="mono small wrap">{sessionId}</p> : null}
      {found && whoseOf(found) && (
        <p class="small">
          Visitor <Whose session={found} />
        </p>
      )}
      {fault && <FaultNote fault={fault} />}
      {found ? (
        <Moments session={found} />
      ) : (
        !fault && (
          <p class="quiet">
            No activity in this session yet. Signals, decisions and deliveries appear here as they occur, with their
            causes.
          </p>
        )
      )}
    </aside>
  );
}

// A link to the visitor of a session.
export function Whose({ session }: { session: Session }) {
  const id = whoseOf(session);
  return id ? (
    <a class="wrap" href={personAt(id)}>
      {id}
    </a>
  ) : (
    <>–</>
  );
}

// Groups the deliveries of one event into one moment.
function told(moments: Moment[]): Moment[][] {
  const groups: Moment[][] = [];
  for (const moment of moments) {
    const last = groups.at(-1);
    if (moment.eventId && last?.[0]?.eventId === moment.eventId) last.push(moment);
    else groups.push([moment]);
  }
  return groups;
}

export function Moments({ session }: { session: Session }) {
  const { timeline, version, consent } = session;
  const [all, setAll] = useState(false);
  const groups = told((timeline as Moment[]).toReversed());
  const byName = new Map(groups.map(([moment]) => [nameOf(moment!), moment!]));
  const effects = new Map<string, Moment[]>();
  for (const [moment] of groups) {
    const cause = causeOf(moment!, session);
    if (cause) effects.set(cause, [...(effects.get(cause) ?? []), moment!]);
  }
  const said = new Map(session.signals.map(one => [one.version, one.said]));
  const several = groups.some(group => group.length > 1); // endpoints, which are then shown by name
  usePoll(0, async () => {
    if (several && !subscriptions.peek() && includes(roleOn(place.value.handle), 'OPERATOR'))
      await loadSubscriptions(place.value.handle);
  }, [place.value.handle, several]);
  const shown = all ? groups : groups.slice(0, kShown);
  const jump = (to: string) => {
    setAll(true);
    requestAnimationFrame(() => requestAnimationFrame(() => land(to)));
  };
  return (
    <>
      <p class="small quiet">
        version {version}, consent {consent}
      </p>
      <ol class="moments">
        {shown.map(([moment, ...others]) => (
          <One
            key={nameOf(moment!)}
            sessionId={session.sessionId}
            moment={moment!}
            others={others}
            cause={byName.get(causeOf(moment!, session))}
            effects={effects.get(nameOf(moment!)) ?? []}
            said={moment!.kind === 'signal' ? said.get(moment!.version) : null}
            onJump={groups.length > shown.length ? jump : land}
          />
        ))}
      </ol>
      {groups.length > shown.length && (
        <button type="button" class="button quiet" onClick={() => setAll(true)}>
          Show all {groups.length}
        </button>
      )}
    </>
  );
}

function receiverOf(subscriptionId: string): string {
  const found = subscriptions.value?.find(one => one.subscriptionId === subscriptionId);
  return found ? found.description || hostOf(found.endpointUrl) : 'an endpoint';
}

// Scrolls to another moment of the list and focuses it.
function land(name: string) {
  const there = document.getElementById(`m-${name}`);
  there?.scrollIntoView({ block: 'nearest' });
  there?.focus({ preventScroll: true });
}

function calledIn(moment: Moment): string {
  switch (moment.kind) {
    case 'signal':
      return `signal ${moment.version}`;
    case 'decision':
      return `decision at ${moment.trigger}`;
    case 'timer':
      return `timer of ${moment.ruleId}`;
    default:
      return moment.eventType ?? moment.kind;
  }
}

const kFrom: Record<string, string> = { decision: 'based on the session up to', signal: 'about' };

interface OneProps {
  sessionId: string;
  moment: Moment;
  others: Moment[];
  cause: Moment | undefined;
  effects: Moment[];
  said: string | null | undefined; // of a signal: by the clock of who sent it, if that was another time
  onJump: (name: string) => void;
}

function One({ sessionId, moment, others, cause, effects, said, onJump }: OneProps) {
  const link = (to: Moment) => (
    <button type="button" class="jump" onClick={() => onJump(nameOf(to))}>
      {calledIn(to)}
    </button>
  );
  return (
    <li id={`m-${nameOf(moment)}`} class={`moment ${moment.kind}`} tabIndex={-1}>
      <div class="what">
        <Said sessionId={sessionId} moment={moment} alone={others.length === 0} />
      </div>
      {others.length > 0 && (
        <ul class="others">
          {[moment, ...others].map(one => (
            <li key={one.deliveryId}>
              <a class="small" href={at('deliveries', [one.subscriptionId!, one.deliveryId!])}>
                {receiverOf(one.subscriptionId!)}
              </a>{' '}
              <State name={one.status!} />
            </li>
          ))}
        </ul>
      )}
      <div class="when small">
        <Instant at={moment.at} />
        {said && (
          <>
            {' '}
            (sent as <Instant at={said} />)
          </>
        )}
      </div>
      {cause && (
        <p class="small">
          {kFrom[moment.kind] ?? 'caused by'} {link(cause)}
        </p>
      )}
      {effects.length > 0 && (
        <p class="small">
          triggered{' '}
          {effects.map((one, index) => (
            <>
              {index > 0 && ', '}
              {link(one)}
            </>
          ))}
        </p>
      )}
    </li>
  );
}

export function Said({ sessionId, moment, alone }: { sessionId: string; moment: Moment; alone: boolean }) {
  if (moment.kind === 'signal')
    return (
      <>
        <span class="kind">signal {moment.version}</span> <strong>{moment.signalKey}</strong>
        {moment.signalValue && <span class="value"> {moment.signalValue}</span>}
      </>
    );
  if (moment.kind === 'decision')
    return (
      <>
        <span class="kind">decision</span>{' '}
        <a href={at('decisions', [moment.decisionId!], { session: sessionId })}>{moment.trigger}</a>{' '}
        <State name={moment.outcome!} />
        {moment.ruleId && <span class="value"> {moment.ruleId}</span>}
      </>
    );
  if (moment.kind === 'delivery') {
    return alone ? (
      <>
        <span class="kind">delivery</span>{' '}
        <a href={at('deliveries', [moment.subscriptionId!, moment.deliveryId!])}>{moment.eventType}</a>{' '}
        <State name={moment.status!}>{statusWords(moment.status!, moment.reason)}</State>
      </>
    ) : (
      <>
        <span class="kind">event</span> <a href={at('events', [moment.eventId!])}>{moment.eventType}</a>
      </>
    );
  }
  if (moment.kind === 'timer')
    return (
      <>
        <span class="kind">timer</span> <a href={at('rules', [moment.ruleId!])}>{moment.ruleId}</a>{' '}
        <span class="value">{Date.parse(moment.at) > Date.now() ? 'scheduled for' : 'was scheduled for'}</span>
      </>
    );
  const { kind, at: _, ...more } = moment;
  return (
    <>
      <span class="kind">{kind}</span>{' '}
      <span class="value">
        {Object.entries(more)
          .map(([name, value]) => `${name} ${String(value)}`)
          .join(', ')}
      </span>
    </>
  );
}
