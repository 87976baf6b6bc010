// One entry of a timeline, in words: the same for a session and for a person over all sessions.
import { State } from '../parts/chip.tsx';
import type { IconName } from '../parts/icon.tsx';
import type { Entry } from '../parts/timeline_list.tsx';
import { kTimeline } from '../sentences/timeline.ts';
import { at } from '../state/place.ts';
import { nameOf, type Moment } from '../state/timeline.ts';
import { kTones, statusWords } from '../state/words.ts';

const kIcons: Record<string, IconName> = {
  signal: 'pulse',
  decision: 'bolt',
  delivery: 'send',
  timer: 'clock',
  trait: 'edit',
  id: 'people',
};

const toneOf = ({ kind, status, outcome }: Moment): Entry['tone'] => {
  if (kind === 'timer') return 'warn';
  const tone = kTones[status ?? outcome ?? ''];
  return tone && tone !== 'idle' ? (tone as 'good') : '';
};

// How it is marked; `what` is added by who shows it.
export const markOf = (moment: Moment): Omit<Entry, 'what'> => ({
  key: nameOf(moment),
  icon: kIcons[moment.kind] ?? 'info',
  tone: toneOf(moment),
  at: moment.at,
  kind: `moment ${moment.kind}`,
});

export function Said({ sessionId, moment, alone }: { sessionId: string; moment: Moment; alone: boolean }) {
  const rule = moment.ruleId && <a href={at('rules', [moment.ruleId])}>{moment.ruleId}</a>;
  switch (moment.kind) {
    case 'signal':
      return (
        <>
          <span class="m">{kTimeline.signal(moment.version!)}</span> <b>{moment.signalKey}</b>
          {moment.signalValue && <span class="m"> {moment.signalValue}</span>}
        </>
      );
    case 'decision':
      return (
        <>
          <span class="m">{kTimeline.decision}</span>{' '}
          <a href={at('decisions', [moment.decisionId!], { session: sessionId })}>{moment.trigger}</a>{' '}
          <State name={moment.outcome!} /> {rule}
        </>
      );
    case 'delivery':
      return alone ? (
        <>
          <span class="m">{kTimeline.delivery}</span>{' '}
          <a href={at('deliveries', [moment.subscriptionId!, moment.deliveryId!])}>{moment.eventType}</a>{' '}
          <State name={moment.status!}>{statusWords(moment.status!, moment.reason)}</State>
        </>
      ) : (
        <>
          <span class="m">{kTimeline.event}</span> <a href={at('events', [moment.eventId!])}>{moment.eventType}</a>
        </>
      );
    case 'timer':
      return (
        <>
          <span class="m">{kTimeline.timer}</span> {rule}{' '}
          {Date.parse(moment.at) > Date.now() ? kTimeline.scheduled : kTimeline.wasScheduled}
        </>
      );
    default: {
      const { kind, at: _, ...more } = moment;
      return (
        <>
          <span class="m">{kind}</span>{' '}
          <span class="m">
            {Object.entries(more)
              .map(([name, value]) => `${name} ${String(value)}`)
              .join(', ')}
          </span>
        </>
      );
    }
  }
}
