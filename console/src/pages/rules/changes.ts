// The differences between two rules, value by value. Pure.
import { isObject, type Json, type Path } from './draft.ts';

export interface Change {
  path: Path;
  was: Json | undefined;
  is: Json | undefined;
}

// Lists are compared place by place; whatever is a different kind of value is one change.
export function changesBetween(was: Json | undefined, is: Json | undefined, path: Path = []): Change[] {
  if (isObject(was) && isObject(is))
    return [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap(name =>
      changesBetween(was[name], is[name], [...path, name]),
    );
  if (Array.isArray(was) && Array.isArray(is))
    return Array.from({ length: Math.max(was.length, is.length) }).flatMap((_, index) =>
      changesBetween(was[index], is[index], [...path, index]),
    );
  return JSON.stringify(was) === JSON.stringify(is) ? [] : [{ path, was, is }];
}
