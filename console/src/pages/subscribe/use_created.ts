import { useState } from 'preact/hooks';
import { place } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { learnDev, loadSubscriptions } from '../../state/subscriptions.ts';
import type { Created } from './new_subscription.tsx';

// What a page with endpoints and a new one keeps: the endpoint whose secret is shown, since it was just created or its
// secret rotated. Reads the endpoints as long as the page is open, since one may start to fail meanwhile.
export function useCreated() {
  const { handle } = place.value;
  usePoll(0, learnDev, []);
  usePoll(5000, () => loadSubscriptions(handle), [handle]);
  return useState<Created | null>(null);
}
