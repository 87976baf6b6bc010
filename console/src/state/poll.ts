// Polls while the page is visible and signed in, and at once when `inputs` change or after signing in again.
// `isCurrent` is false for outdated responses. `every` is in milliseconds, or returns them after each round; 0 asks
// once.
import { useEffect } from 'preact/hooks';
import { token } from './sign_in.ts';

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
      if (token.peek() && (!every || !document.hidden)) await ask(() => alive && !!token.peek());
      if (!alive) return;
      if (!token.peek()) return resume();
      const wait = typeof every === 'function' ? every() : every;
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
      stop?.();
    };
  }, inputs);
}
