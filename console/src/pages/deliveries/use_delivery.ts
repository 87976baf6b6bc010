// One delivery, read again while it can change, and what can be done with it.
import { useRef, useState } from 'preact/hooks';
import { api, ask } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import { closedBelow } from '../../parts/gate.ts';
import { confirmed } from '../../state/announce.ts';
import { kDelivery } from '../../sentences/deliveries.ts';
import { hasEnded, readDelivery, type DeliveryDetail } from '../../state/deliveries.ts';
import { pauseOf } from '../../state/pause.ts';
import { place } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { whyNoRetry } from '../../state/retry.ts';

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
  const [delivery, setDelivery] = useState<DeliveryDetail | null>(null),
    [unread, setUnread] = useState<Fault | null>(null),
    [fault, setFault] = useState<Fault | null>(null),
    [awaited, setAwaited] = useState(0);
  const pause = useRef(kSoonest);
  usePoll(
    () => pause.current,
    async isCurrent => {
      const got = await readDelivery(handle, subscriptionId, deliveryId);
      if (!isCurrent()) return;
      setUnread(got.fault ?? null);
      if (!got.delivery) return;
      setDelivery(got.delivery);
      const isAwaited = got.delivery.attemptCount < awaited && got.delivery.status !== 'held';
      pause.current =
        hasEnded(got.delivery) && !isAwaited
          ? kEndedPause
          : pauseOf(got.delivery, Date.now(), isAwaited ? kAwaited : kSoonest);
    },
    [handle, deliveryId, awaited],
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
