// The differences between two rules, value by value. Pure.
import { isObject, type Json, type Path, type RuleDraft } from './draft.ts';

export interface Change {
  path: Path;
  was: Json | undefined;
  is: Json | undefined;
}

const isSame = (a: Json | undefined, b: Json | undefined) => JSON.stringify(a) === JSON.stringify(b);
const membersOf = (a: RuleDraft, b: RuleDraft) => [...new Set([...Object.keys(a), ...Object.keys(b)])];

// Lists are compared place by place; whatever is a different kind of value is one change.
export function changesBetween(was: Json | undefined, is: Json | undefined, path: Path = []): Change[] {
  if (isObject(was) && isObject(is))
    return membersOf(was, is).flatMap(name => changesBetween(was[name], is[name], [...path, name]));
  if (Array.isArray(was) && Array.isArray(is))
    return Array.from({ length: Math.max(was.length, is.length) }).flatMap((_, index) =>
      changesBetween(was[index], is[index], [...path, index]),
    );
  return isSame(was, is) ? [] : [{ path, was, is }];
}

// One's own changes on top of another's: the members that one has changed, and the others as they are there.
export function onTop(stored: RuleDraft, mine: RuleDraft, theirs: RuleDraft): RuleDraft {
  return Object.fromEntries(
    membersOf(theirs, mine)
      .map(name => [name, isSame(stored[name], mine[name]) ? theirs[name] : mine[name]] as const)
      .filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );
}

// The members that both have changed, each in a way of their own.
export const changedByBoth = (stored: RuleDraft, mine: RuleDraft, theirs: RuleDraft) =>
  membersOf(theirs, mine).filter(
    name =>
      !isSame(stored[name], mine[name]) && !isSame(stored[name], theirs[name]) && !isSame(mine[name], theirs[name]),
  );
