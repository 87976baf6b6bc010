// Polls while the page is visible, and at once when `inputs` change. `isCurrent` is false for outdated responses.
// `every` is in milliseconds; 0 asks once.
import { useEffect } from 'preact/hooks';

export function usePoll(every: number, ask: (isCurrent: () => boolean) => Promise<unknown>, inputs: unknown[]) {
  useEffect(() => {
    let alive = true,
      timer: ReturnType<typeof setTimeout> | undefined;
    const round = async () => {
      if (!document.hidden) await ask(() => alive);
      if (alive && every) timer = setTimeout(round, every);
    };
    void round();
    return () => {
      alive = false;
      clearTimeout(timer);
    };
  }, inputs);
}
