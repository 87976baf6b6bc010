import { useState } from 'preact/hooks';
import type { Fault } from '../api/fault.ts';
import { State } from '../parts/chip.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { Instant } from '../parts/instant.tsx';
import { at, place } from '../state/place.ts';
import { happened, session } from '../state/playbook.ts';
import { usePoll } from '../state/poll.ts';
import { includes, roleOn } from '../state/sign_in.ts';
import { causes, learnCauses, nameOf, read, type Moment, type Session } from '../state/timeline.ts';
import { now } from '../state/now.ts';
import { stateOf } from '../state/words.ts';

const kShown = 40;

// Beside the steps of the playbook: the session in hand.
export function Timeline() {
  const { handle } = place.value, sessionId = session.value;
  const [{ session: found, fault }, setRead] = useState<{ session: Session | null; fault: Fault | null }>({ session: null, fault: null });
  usePoll(2000, async isCurrent => {
    if (!sessionId) return setRead({ session: null, fault: null });
    const got = await read(handle, sessionId);
    if (!isCurrent()) return;
    setRead(got);
    if (got.session && includes(roleOn(handle), 'OPERATOR')) await learnCauses(handle, got.session.timeline);
  }, [handle, sessionId, happened.value]);
  return (
    <aside class="timeline" aria-label="Session timeline">
      <header>
        <h2>Session</h2>
        {found && <a href={at('sessions', [sessionId])} class="small">Open</a>}
      </header>
      {sessionId ? <p class="mono small wrap">{sessionId}</p> : null}
      {fault && <FaultNote fault={fault} what="sessions" />}
      {found ? <Moments session={found} /> : !fault && <p class="quiet">Nothing has happened in this session yet. Signals, decisions and deliveries appear here as they come, each with what it came from.</p>}
    </aside>
  );
}

export function Moments({ session: { timeline, version, consent } }: { session: Session }) {
  const [all, setAll] = useState(false);
  const moments = (timeline as Moment[]).toReversed();
  const effects = new Map<string, Moment[]>();
  for (const moment of moments) {
    const cause = moment.eventId && causes.value[moment.eventId];
    if (cause) effects.set(cause, [...(effects.get(cause) ?? []), moment]);
  }
  const shown = all ? moments : moments.slice(0, kShown);
  return (
    <>
      <p class="small quiet">version {version}, consent {consent}</p>
      <ol class="moments">
        {shown.map(moment => <One key={nameOf(moment)} moment={moment} effects={effects.get(nameOf(moment)) ?? []} />)}
      </ol>
      {moments.length > shown.length && <button type="button" class="button quiet" onClick={() => setAll(true)}>Show all {moments.length}</button>}
    </>
  );
}

// Goes to another moment of the same list and lets it be seen.
function Jump({ to, children }: { to: string; children: preact.ComponentChildren }) {
  const jump = () => {
    const there = document.getElementById(`m-${to}`);
    there?.scrollIntoView({ block: 'nearest' });
    there?.focus({ preventScroll: true });
  };
  return <button type="button" class="jump" onClick={jump}>{children}</button>;
}

function One({ moment, effects }: { moment: Moment; effects: Moment[] }) {
  const cause = moment.eventId ? causes.value[moment.eventId] : '';
  return (
    <li id={`m-${nameOf(moment)}`} class={`moment ${moment.kind}`} tabIndex={-1}>
      <div class="what"><Said moment={moment} /></div>
      <div class="when small"><Instant at={moment.at} /></div>
      {cause && <p class="small">because of <Jump to={cause}>{cause.replace('signal-', 'signal ')}</Jump></p>}
      {effects.length > 0 && <p class="small">led to {effects.map((one, index) => <>{index > 0 && ', '}<Jump to={nameOf(one)}>{one.eventType}</Jump></>)}</p>}
    </li>
  );
}

function Said({ moment }: { moment: Moment }) {
  if (moment.kind === 'signal') return <><span class="kind">signal {moment.version}</span> <strong>{moment.signalKey}</strong>{moment.signalValue && <span class="value"> {moment.signalValue}</span>}</>;
  if (moment.kind === 'decision') return <><span class="kind">decision</span> <a href={at('decisions', [moment.decisionId!], { session: session.value })}>{moment.trigger}</a> <State name={moment.outcome!} />{moment.ruleId && <span class="value"> {moment.ruleId}</span>}</>;
  if (moment.kind === 'delivery') {
    const state = { status: moment.status!, attemptCount: 1 };
    return <><span class="kind">delivery</span> <a href={at('deliveries', [moment.subscriptionId!, moment.deliveryId!])}>{moment.eventType}</a> <State name={moment.status!}>{stateOf(state, now.value)}</State></>;
  }
  const { kind, at: _, ...more } = moment;
  return <><span class="kind">{kind}</span> <span class="value">{Object.entries(more).map(([name, value]) => `${name} ${String(value)}`).join(', ')}</span></>;
}
