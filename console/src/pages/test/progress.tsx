import { useRef, useState } from 'preact/hooks';
import type { Fault } from '../../api/fault.ts';
import { State } from '../../parts/chip.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { now } from '../../state/now.ts';
import { at, place } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { hasEnded, readDelivery, type DeliveryDetail } from '../../state/deliveries.ts';
import { pauseOf } from '../../state/pause.ts';
import { stateOf } from '../../state/words.ts';
import { checklist } from './checklist.ts';

const kMarks = { done: '✓', now: '…', stopped: '✗', ahead: '' } as const;
const kSpoken = { done: 'done', now: 'in progress', stopped: 'stopped here', ahead: 'not yet' } as const;

// Milliseconds between two readings: the steps of a test take less than a second; what is held may wait long.
const kSoonest = 250;
const kHeld = 2000;

export function Progress({ subscriptionId, deliveryId }: { subscriptionId: string; deliveryId: string }) {
  const { handle } = place.value;
  const [delivery, setDelivery] = useState<DeliveryDetail | null>(null),
    [fault, setFault] = useState<Fault | null>(null);
  const pause = useRef(kSoonest);
  usePoll(
    () => pause.current,
    async isCurrent => {
      const got = await readDelivery(handle, subscriptionId, deliveryId);
      if (!isCurrent()) return;
      setFault(got.fault ?? null);
      if (!got.delivery) return;
      setDelivery(got.delivery);
      const soonest = got.delivery.status === 'held' ? kHeld : kSoonest;
      pause.current = hasEnded(got.delivery) ? 0 : pauseOf(got.delivery, Date.now(), soonest);
    },
    [handle, deliveryId],
  );
  if (fault) return <FaultNote fault={fault} />;
  if (!delivery)
    return (
      <p class="loading" aria-live="polite">
        Queued…
      </p>
    );
  const verified = /"verified":true/.test(delivery.attempts.at(-1)?.responseBody ?? '');
  return (
    <section class="card" aria-labelledby="progress">
      <header>
        <h2 id="progress">Delivery</h2>{' '}
        <span role="status">
          <State name={delivery.status}>{stateOf(delivery, now.value)}</State>
        </span>
      </header>
      <ol class="checklist">
        {checklist(delivery).map(({ step, state, says, advice }) => (
          <li key={step} class={state}>
            <span class="number" aria-hidden="true">
              {kMarks[state]}
            </span>
            <span>
              <strong>{step}</strong> <span class="visually-hidden">{kSpoken[state]}</span>{' '}
              <span class="quiet">{says}</span>
              {advice && <span class="advice">{advice}</span>}
            </span>
          </li>
        ))}
      </ol>
      {verified && <p class="result">The built-in receiver verified the signature of this delivery.</p>}
      <p class="small">
        <a href={at('deliveries', [subscriptionId, deliveryId])}>Open the delivery</a>: headers, signed content, body,
        response and timings.
      </p>
    </section>
  );
}
