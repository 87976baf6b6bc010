// One delivery, read again while it can change, and what can be done with it.
import { useState } from 'preact/hooks';
import { api, ask } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import { closedBelow } from '../../parts/gate.ts';
import { confirmed } from '../../state/announce.ts';
import { kDelivery } from '../../sentences/deliveries.ts';
import { hasEnded, type DeliveryDetail } from '../../state/deliveries.ts';
import { pauseOf } from '../../state/pause.ts';
import { place } from '../../state/place.ts';
import { whyNoRetry } from '../../state/retry.ts';
import { useWatchedDelivery } from '../../state/watched_delivery.ts';

// Milliseconds between two readings.
const kSoonest = 2000;
const kAwaited = 500; // while an attempt that was asked for here is awaited
const kEndedPause = 10_000; // somebody else may retry it

export interface Watched {
  delivery: DeliveryDetail | null;
  unread: Fault | null; // why it could not be read
  fault: Fault | null; // why it could not be retried
  closed: string; // why it cannot be retried
  awaited: number; // the number of the attempt that was asked for here; 0 for none
  retry: () => Promise<void>;
}

export function useDelivery(subscriptionId: string, deliveryId: string): Watched {
  const { handle } = place.value;
  const [fault, setFault] = useState<Fault | null>(null),
    [awaited, setAwaited] = useState(0);
  const { delivery, fault: unread } = useWatchedDelivery(
    subscriptionId,
    deliveryId,
    kSoonest,
    got => {
      const isAwaited = got.attemptCount < awaited && got.status !== 'held';
      return hasEnded(got) && !isAwaited ? kEndedPause : pauseOf(got, Date.now(), isAwaited ? kAwaited : kSoonest);
    },
    [awaited],
  );
  const retry = async () => {
    const answer = await ask(
      api.POST('/v2/handles/{handle}/webhooks/{subscriptionId}/deliveries/{deliveryId}/retry', {
        params: { path: { handle, subscriptionId, deliveryId } },
      }),
    );
    setFault(answer.ok ? null : answer.fault);
    if (!answer.ok) return;
    confirmed(kDelivery.queuedAgain);
    setAwaited((delivery?.attemptCount ?? 0) + 1);
  };
  return {
    delivery,
    unread,
    fault,
    closed: closedBelow('OPERATOR') || (delivery ? whyNoRetry(delivery) : ''),
    awaited,
    retry,
  };
}
