// Asks again and again while somebody looks; at once when `inputs` change. Answers that come late are dropped.
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
