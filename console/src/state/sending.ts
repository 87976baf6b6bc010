import { useState } from 'preact/hooks';
import { ask } from '../api/client.ts';
import type { Fault } from '../api/fault.ts';
import { confirmed } from './announce.ts';

// Requests by which the user changes something: whether one is under way, and the fault of the last one.
export function useSending() {
  const [fault, setFault] = useState<Fault | null>(null),
    [busy, setBusy] = useState(false);
  // Once the server has done it: confirms it, unless `says` is empty, and calls `then`.
  async function send<T>(request: Parameters<typeof ask<T>>[0], says: string, then: (data: T) => void) {
    setBusy(true);
    const answer = await ask(request);
    setBusy(false);
    setFault(answer.ok ? null : answer.fault);
    if (!answer.ok) return;
    if (says) confirmed(says);
    then(answer.data);
  }
  return { fault, busy, send };
}
