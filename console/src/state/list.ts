// A list of the API, page by page.
import { useRef, useState } from 'preact/hooks';
import type { Answer } from '../api/client.ts';
import type { Fault } from '../api/fault.ts';
import { usePoll } from './poll.ts';

interface PageOf<T> {
  items: T[];
  nextCursor: string | null;
}

export interface Listed<T> {
  items: T[] | null;
  isOutdated: boolean; // the items are still those of former inputs
  more: (() => void) | null;
  fault: Fault | null;
  again: () => void;
}

// `ask` fetches the page after a cursor (undefined: the first). Starts again when `inputs` change.
export function useList<T>(
  ask: (cursor: string | undefined) => Promise<Answer<PageOf<T>>>,
  inputs: unknown[],
): Listed<T> {
  const key = JSON.stringify(inputs),
    now = useRef(key);
  now.current = key;
  const [found, setFound] = useState<{ items: T[]; cursor: string | null; of: string } | null>(null),
    [fault, setFault] = useState<Fault | null>(null),
    [round, setRound] = useState(0);
  const take = (answer: Answer<PageOf<T>>, before: T[]) => {
    if (now.current !== key) return;
    setFault(answer.ok ? null : answer.fault);
    if (answer.ok) setFound({ items: [...before, ...answer.data.items], cursor: answer.data.nextCursor, of: key });
  };
  usePoll(
    0,
    async isCurrent => {
      const answer = await ask(undefined);
      if (isCurrent()) take(answer, []);
    },
    [key, round],
  );
  const cursor = found?.of === key ? found.cursor : null;
  return {
    items: found?.items ?? null,
    isOutdated: !!found && found.of !== key,
    fault,
    more: cursor
      ? () => {
          void ask(cursor).then(answer => take(answer, found?.items ?? []));
        }
      : null,
    again: () => setRound(round + 1),
  };
}
