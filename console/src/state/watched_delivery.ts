import { useRef, useState } from 'preact/hooks';
import type { Fault } from '../api/fault.ts';
import { readDelivery, type DeliveryDetail } from './deliveries.ts';
import { place } from './place.ts';
import { usePoll } from './poll.ts';

// One delivery, polled, and why it could not be read. `pauseAfter` returns the milliseconds until the next request, 0
// for none; `soonest` applies until the first response. Asks at once when `inputs` change.
export function useWatchedDelivery(
  subscriptionId: string,
  deliveryId: string,
  soonest: number,
  pauseAfter: (delivery: DeliveryDetail) => number,
  inputs: unknown[] = [],
) {
  const { handle } = place.value;
  const [delivery, setDelivery] = useState<DeliveryDetail | null>(null),
    [fault, setFault] = useState<Fault | null>(null);
  const pause = useRef(soonest);
  usePoll(
    () => pause.current,
    async isCurrent => {
      const got = await readDelivery(handle, subscriptionId, deliveryId);
      if (!isCurrent()) return;
      setFault(got.fault ?? null);
      if (!got.delivery) return;
      setDelivery(got.delivery);
      pause.current = pauseAfter(got.delivery);
    },
    [handle, deliveryId, ...inputs],
  );
  return { delivery, fault };
}
