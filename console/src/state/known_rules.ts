// The rules as they are now, for their names, goals and warnings.
import { ask, quietly } from '../api/client.ts';
import type { components } from '../api/described.d.ts';
import { useList } from './list.ts';

export type KnownRule = components['schemas']['Rule'];

const kMost = 200; // of a page

// Null until they are there. A handle with more rules shows the ids of the others.
export function useRules(handle: string): { rules: KnownRule[] | null; again: () => void } {
  const { items, again } = useList(
    cursor =>
      ask(
        quietly.GET('/v2/handles/{handle}/chain-rules', {
          params: { path: { handle }, query: { cursor, limit: kMost } },
        }),
      ),
    [handle],
  );
  return { rules: items, again };
}
