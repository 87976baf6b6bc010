// Polls while the page is visible and signed in, and at once when `inputs` change or after signing in again.
// `isCurrent` is false for outdated responses. `every` is in milliseconds, or returns them after each round; 0 asks
// once. A round that the server did not answer is made again until it does, so that no page stays dead after an outage.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { unanswered } from './answered.ts';
import { token } from './sign_in.ts';
import { unsaved } from './unsaved.ts';

const kAgain = 5_000; // milliseconds until rounds without an answer are made again

const failed = new Set<() => unknown>(); // the rounds that the server did not answer
export const canTryAgain = signal(false); // whether there are any
let timer: ReturnType<typeof setTimeout> | undefined;

function setFailed(round: () => unknown, has: boolean) {
  if (has) failed.add(round);
  else failed.delete(round);
  canTryAgain.value = failed.size > 0;
  if (failed.size) timer ??= setTimeout(tryAgain, kAgain);
}

// Makes those rounds again. What is being edited is not replaced: it was there before the server was gone.
export function tryAgain() {
  clearTimeout(timer);
  timer = failed.size ? setTimeout(tryAgain, kAgain) : undefined;
  if (!unsaved.peek()) for (const round of [...failed]) void round();
}
addEventListener('online', tryAgain);

export function usePoll(
  every: number | (() => number),
  ask: (isCurrent: () => boolean) => Promise<unknown>,
  inputs: unknown[],
) {
  useEffect(() => {
    let alive = true,
      timer: ReturnType<typeof setTimeout> | undefined,
      stop: (() => void) | undefined;
    const round = async () => {
      clearTimeout(timer);
      const before = unanswered();
      if (token.peek() && (!every || !document.hidden)) await ask(() => alive && !!token.peek());
      if (!alive) return;
      if (!token.peek()) return resume();
      const wait = typeof every === 'function' ? every() : every;
      setFailed(round, unanswered() > before);
      if (wait) timer = setTimeout(round, wait);
    };
    // Once somebody has signed in again.
    const resume = () => {
      stop = token.subscribe(text => {
        if (!text) return;
        stop?.();
        void round();
      });
    };
    void round();
    return () => {
      alive = false;
      clearTimeout(timer);
      setFailed(round, false);
      stop?.();
    };
  }, inputs);
}
