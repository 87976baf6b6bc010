// What an audit event says, in words. Pure.
export interface Change {
  path: string; // "split.holdout"; '' where the whole is one value
  was: string | null; // null: it was not there
  is: string | null; // null: it is gone
}

type Members = Record<string, unknown>;
const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isWord = (value: unknown) => typeof value === 'string' || typeof value === 'number';
const told = (value: unknown): string => {
  if (typeof value === 'string') return value;
  return Array.isArray(value) && value.length && value.every(isWord) ? value.join(', ') : JSON.stringify(value);
};
const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

// The members that differ, in the order of `is`, then those that are gone. Lists are one value; null is none.
export function changesOf(before: unknown, now: unknown, path = ''): Change[] {
  const was = before ?? undefined,
    is = now ?? undefined;
  if (isSame(was, is)) return [];
  if (isMembers(was) || isMembers(is)) {
    const had = isMembers(was) ? was : {},
      has = isMembers(is) ? is : {};
    if ((was === undefined || isMembers(was)) && (is === undefined || isMembers(is)))
      return [...new Set([...Object.keys(has), ...Object.keys(had)])].flatMap(name =>
        changesOf(had[name], has[name], path ? `${path}.${name}` : name),
      );
  }
  return [{ path, was: was === undefined ? null : told(was), is: is === undefined ? null : told(is) }];
}
