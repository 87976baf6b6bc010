// A list of the API, page by page.
import { useState } from 'preact/hooks';
import type { Answer } from '../api/client.ts';
import type { Fault } from '../api/fault.ts';
import { usePoll } from './poll.ts';

interface PageOf<T> {
  items: T[];
  nextCursor: string | null;
}

export interface Listed<T> {
  items: T[] | null;
  more: (() => void) | null;
  fault: Fault | null;
  again: () => void;
}

// `ask` fetches the page after a cursor (undefined: the first). Starts again when `inputs` change.
export function useList<T>(
  ask: (cursor: string | undefined) => Promise<Answer<PageOf<T>>>,
  inputs: unknown[],
): Listed<T> {
  const [items, setItems] = useState<T[] | null>(null),
    [cursor, setCursor] = useState<string | null>(null),
    [fault, setFault] = useState<Fault | null>(null),
    [round, setRound] = useState(0);
  const take = (answer: Answer<PageOf<T>>, before: T[]) => {
    setFault(answer.ok ? null : answer.fault);
    if (answer.ok) {
      setItems([...before, ...answer.data.items]);
      setCursor(answer.data.nextCursor);
    }
  };
  usePoll(
    0,
    async isCurrent => {
      const answer = await ask(undefined);
      if (isCurrent()) take(answer, []);
    },
    [...inputs, round],
  );
  return {
    items,
    fault,
    more: cursor
      ? () => {
          void ask(cursor).then(answer => take(answer, items ?? []));
        }
      : null,
    again: () => setRound(round + 1),
  };
}
