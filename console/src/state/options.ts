// Which suggestions fit what is typed. Pure.
import type { Suggestion } from './catalog.ts';

const kAtOnce = 50; // options in the list

const lastOf = (text: string) => text.slice(text.lastIndexOf(',') + 1).trim();

// The options for what is typed: those that begin with it, then those that contain it; none when it is the only one.
// With `all`, all of them when it is one.
export function optionsFor(suggest: Suggestion[], text: string, several = false, all = false): Suggestion[] {
  const named = several
    ? new Set(
        text
          .split(',')
          .slice(0, -1)
          .map(one => one.trim()),
      )
    : new Set<string>();
  const rest = suggest.filter(({ value }) => !named.has(value));
  const typed = (several ? lastOf(text) : text.trim()).toLowerCase();
  const isOne = rest.some(({ value }) => value.toLowerCase() === typed);
  if (!typed || (isOne && all)) return rest.slice(0, kAtOnce);
  const at = (one: Suggestion) => one.value.toLowerCase().indexOf(typed);
  const found = rest.filter(one => at(one) >= 0);
  if (isOne && found.length === 1) return [];
  return found.sort((a, b) => Number(at(a) > 0) - Number(at(b) > 0)).slice(0, kAtOnce);
}
