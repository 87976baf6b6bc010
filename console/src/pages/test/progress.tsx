import { State } from '../../parts/chip.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { kPlaybook } from '../../sentences/playbook.ts';
import { now } from '../../state/now.ts';
import { at } from '../../state/place.ts';
import { hasEnded } from '../../state/deliveries.ts';
import { pauseOf } from '../../state/pause.ts';
import { useWatchedDelivery } from '../../state/watched_delivery.ts';
import { stateOf } from '../../state/words.ts';
import { checklist } from './checklist.ts';

const kSays = kPlaybook.test;
const kMarks = { done: '✓', now: '…', stopped: '✗', ahead: '' } as const;

// Milliseconds between two readings: the steps of a test take less than a second; what is held may wait long.
const kSoonest = 250;
const kHeld = 2000;

export function Progress({ subscriptionId, deliveryId }: { subscriptionId: string; deliveryId: string }) {
  const { delivery, fault } = useWatchedDelivery(subscriptionId, deliveryId, kSoonest, got =>
    hasEnded(got) ? 0 : pauseOf(got, Date.now(), got.status === 'held' ? kHeld : kSoonest),
  );
  if (fault) return <FaultNote fault={fault} />;
  if (!delivery)
    return (
      <p class="loading" aria-live="polite">
        {kSays.queued}
      </p>
    );
  const verified = /"verified":true/.test(delivery.attempts.at(-1)?.responseBody ?? '');
  return (
    <section class="panel" aria-labelledby="progress">
      <div class="phead">
        <h2 id="progress">{kSays.delivery}</h2>
        <span role="status">
          <State name={delivery.status}>{stateOf(delivery, now.value)}</State>
        </span>
      </div>
      <div class="pad stack s">
        <ol class="checks">
          {checklist(delivery).map(({ step, state, says, advice }) => (
            <li key={step} class={state}>
              <span class="num" aria-hidden="true">
                {kMarks[state]}
              </span>
              <span>
                <strong>{step}</strong> <span class="hide">{kSays.spoken[state]}</span> <span class="m">{says}</span>
                {advice && <span class="advice">{advice}</span>}
              </span>
            </li>
          ))}
        </ol>
        {verified && <p class="callout good">{kSays.verified}</p>}
        <p class="m sm">
          <a href={at('deliveries', [subscriptionId, deliveryId])}>{kSays.open}</a>
          {kSays.openSays}
        </p>
      </div>
    </section>
  );
}
