import { useState } from 'preact/hooks';
import type { Fault } from '../api/fault.ts';
import { State } from '../parts/chip.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { Instant } from '../parts/instant.tsx';
import { TimelineList, type Entry } from '../parts/timeline_list.tsx';
import { kTimeline } from '../sentences/timeline.ts';
import { kDue } from '../state/delayed.ts';
import { personAt, whoseOf } from '../state/people.ts';
import { at, place } from '../state/place.ts';
import { happened, session } from '../state/playbook.ts';
import { hostOf, loadSubscriptions, subscriptions } from '../state/subscriptions.ts';
import { usePoll } from '../state/poll.ts';
import { includes, roleOn } from '../state/sign_in.ts';
import { causeOf, learnCauses, nameOf, read, type Moment, type Session } from '../state/timeline.ts';
import { markOf, Said } from './moment.tsx';
import { SignalDetails } from './signal_details.tsx';

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
    <aside class="timeline" aria-label={kTimeline.aside}>
      <header>
        <h2>{kTimeline.session}</h2>
        {found && (
          <a href={at('sessions', [sessionId])} class="sm">
            {kTimeline.open}
          </a>
        )}
      </header>
      {sessionId ? <p class="mono sm wrap">{sessionId}</p> : null}
      {found && whoseOf(found) && (
        <p class="sm">
          {kTimeline.visitor} <Whose session={found} />
        </p>
      )}
      {fault && <FaultNote fault={fault} />}
      {found ? <Moments session={found} /> : !fault && <p class="m">{kTimeline.noneYet}</p>}
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
  const { timeline, version, consent, sessionId } = session;
  const [all, setAll] = useState(false);
  const groups = told((timeline as Moment[]).toReversed());
  const byName = new Map(groups.map(([moment]) => [nameOf(moment!), moment!]));
  const effects = new Map<string, Moment[]>();
  for (const [moment] of groups) {
    const cause = causeOf(moment!, session);
    if (cause) effects.set(cause, [...(effects.get(cause) ?? []), moment!]);
  }
  const signals = new Map(session.signals.map(one => [one.version, one]));
  const several = groups.some(group => group.length > 1); // endpoints, which are then shown by name
  usePoll(0, async () => {
    if (several && !subscriptions.peek() && includes(roleOn(place.value.handle), 'OPERATOR'))
      await loadSubscriptions(place.value.handle);
  }, [place.value.handle, several]);
  const shown = all ? groups : groups.slice(0, kShown);
  const jump = (to: string) => {
    if (groups.length === shown.length) return land(to);
    setAll(true);
    requestAnimationFrame(() => requestAnimationFrame(() => land(to)));
  };
  const entries = shown.map(([moment, ...others]): Entry => {
    const name = nameOf(moment!);
    return {
      ...markOf(moment!),
      id: `m-${name}`,
      what: <Said sessionId={sessionId} moment={moment!} alone={others.length === 0} />,
      more: (
        <More
          moments={[moment!, ...others]}
          cause={byName.get(causeOf(moment!, session))}
          effects={effects.get(name) ?? []}
          signal={moment!.kind === 'signal' ? signals.get(moment!.version) : undefined}
          onJump={jump}
        />
      ),
    };
  });
  return (
    <>
      <p class="sm m">{kTimeline.versionAndConsent(version, consent)}</p>
      <TimelineList entries={entries} label={kTimeline.label} />
      {groups.length > shown.length && (
        <div>
          <button type="button" class="btn flat" onClick={() => setAll(true)}>
            {kTimeline.showAll(groups.length)}
          </button>
        </div>
      )}
    </>
  );
}

function receiverOf(subscriptionId: string): string {
  const found = subscriptions.value?.find(one => one.subscriptionId === subscriptionId);
  return found ? found.description || hostOf(found.endpointUrl) : kTimeline.anEndpoint;
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
      return kTimeline.signalIn(moment.version!);
    case 'decision':
      return kTimeline.decisionAt(moment.trigger!);
    case 'timer':
      return kTimeline.timerOf(moment.ruleId!);
    default:
      return moment.eventType ?? moment.kind;
  }
}

const kFrom: Record<string, string> = { decision: kTimeline.basedOn, signal: kTimeline.about };

interface MoreProps {
  moments: Moment[]; // the deliveries of one event, or one moment of another kind
  cause: Moment | undefined;
  effects: Moment[];
  signal: Session['signals'][number] | undefined;
  onJump: (name: string) => void;
}

function More({ moments, cause, effects, signal, onJump }: MoreProps) {
  const [moment] = moments;
  const link = (to: Moment) => (
    <button type="button" class="jump" onClick={() => onJump(nameOf(to))}>
      {calledIn(to)}
    </button>
  );
  return (
    <>
      {moments.length > 1 && (
        <ul class="others">
          {moments.map(one => (
            <li key={one.deliveryId}>
              <a class="sm" href={at('deliveries', [one.subscriptionId!, one.deliveryId!])}>
                {receiverOf(one.subscriptionId!)}
              </a>{' '}
              <State name={one.status!} />
            </li>
          ))}
        </ul>
      )}
      {signal && <SignalDetails signal={signal} />}
      {signal?.said && (
        <p>
          {kTimeline.sentAs} <Instant at={signal.said} />
        </p>
      )}
      {cause && (
        <p>
          {moment!.trigger === kDue ? kTimeline.waitedFrom : (kFrom[moment!.kind] ?? kTimeline.causedBy)} {link(cause)}
        </p>
      )}
      {effects.length > 0 && (
        <p>
          {kTimeline.triggered}{' '}
          {effects.map((one, index) => (
            <>
              {index > 0 && ', '}
              {link(one)}
            </>
          ))}
        </p>
      )}
    </>
  );
}
