// The kinds of condition with their form fields, and rules in words. Pure.
import { isObject, type Json } from './draft.ts';
import { kMeasureTable } from './measure_table.ts';

export type Part =
  | 'filter'
  | 'field'
  | 'window'
  | 'bound'
  | 'age'
  | 'after'
  | 'steps'
  | 'score'
  | 'context'
  | 'comparison'
  | 'trait'
  | 'distance'
  | 'decision'
  | 'scope';
export interface MeasureKind {
  name: string;
  label: string;
  sentence: string;
  parts: Part[];
  blank: Json;
}

export const kMeasures: MeasureKind[] = kMeasureTable;

export const measureNamed = (name: string) => kMeasures.find(one => one.name === name);
export const measureOf = (condition: Json | undefined) =>
  isObject(condition) ? kMeasures.find(({ name }) => name in condition) : undefined;

const list = (value: Json | undefined) => (Array.isArray(value) ? value.map(String).join(' or ') : String(value ?? ''));

function filterWords(filter: Json | undefined): string {
  if (!isObject(filter)) return '…';
  const value = filter.value === undefined ? '' : ` ${list(filter.value)}`;
  const more = [
    filter.source !== undefined && `from ${list(filter.source)}`,
    filter.minConfidence !== undefined && `confidence at least ${String(filter.minConfidence)}`,
    ...(isObject(filter.meta) ? Object.entries(filter.meta) : []).map(
      ([path, comparison]) => isObject(comparison) && `${path} is ${comparisonWords(comparison)}`,
    ),
  ]
    .filter(Boolean)
    .join(', ');
  return `${filter.key === undefined ? 'any signal' : list(filter.key)}${value}${more && ` (${more})`}`;
}

const times = (filter: { [name: string]: Json }) => (filter.times === undefined ? '' : ` × ${String(filter.times)}`);

function boundWords(condition: { [name: string]: Json }): string {
  const { equals, atLeast, atMost, reached } = condition;
  if (reached !== undefined) return `at least ${String(reached)}`;
  if (equals !== undefined) return `exactly ${String(equals)}`;
  if (atLeast !== undefined && atMost !== undefined) return `${String(atLeast)} to ${String(atMost)}`;
  if (atMost !== undefined) return `at most ${String(atMost)}`;
  return `at least ${String(atLeast ?? 1)}`;
}

function windowWords(condition: { [name: string]: Json }): string {
  const { within, since } = condition;
  const behind = since === undefined ? '' : ` since the latest ${filterWords(since)}`;
  if (isObject(within)) return ` in the same calendar ${String(within.calendar)} (${String(within.zone)})${behind}`;
  if (within !== undefined) return ` within ${String(within)}${behind}`;
  return (condition.per === undefined ? '' : ' in the session') + behind;
}

// The comparisons of a value with constants, by what they take, with the words before those.
export const kComparisons = [
  ['in', 'list', 'one of', ''],
  ['notIn', 'list', 'none of', 'not '],
  ['equals', 'scalar', 'equal to', ''],
  ['not', 'scalar', 'not equal to', 'not '],
  ['above', 'number', 'above', 'above '],
  ['below', 'number', 'below', 'below '],
  ['atLeast', 'number', 'at least', 'at least '],
  ['atMost', 'number', 'at most', 'at most '],
  ['startsWith', 'text', 'starting with', 'starting with '],
  ['endsWith', 'text', 'ending with', 'ending with '],
  ['contains', 'scalar', 'containing', 'containing '],
  ['anyOf', 'list', 'any of (list)', 'any of '],
  ['allOf', 'list', 'all of (list)', 'all of '],
  ['exists', 'boolean', 'present', ''],
  ['before', 'text', 'before (instant)', 'before '],
  ['after', 'text', 'after (instant)', 'after '],
] as const;

// How far the instant of a trait lies ahead, or back: the member that says so, and its words.
export const kDistances = [
  ['until', 'ahead'],
  ['age', 'ago'],
  ['daysUntil', 'days ahead'],
] as const;
export const distanceOf = (condition: Json | undefined) =>
  isObject(condition) ? kDistances.find(([name]) => isObject(condition[name])) : undefined;

function distanceWords(distance: { [name: string]: Json }, words: string): string {
  const { atLeast, atMost } = distance;
  return [atLeast !== undefined && `at least ${String(atLeast)}`, atMost !== undefined && `at most ${String(atMost)}`]
    .filter(Boolean)
    .join(' and ')
    .concat(` ${words}`);
}

export function comparisonWords(condition: { [name: string]: Json }): string {
  const distance = distanceOf(condition);
  if (distance) return distanceWords(condition[distance[0]] as { [name: string]: Json }, distance[1]);
  const said = kComparisons
    .filter(([name]) => condition[name] !== undefined)
    .map(([name, takes, , words]) => {
      if (takes === 'boolean') return condition[name] === false ? 'missing' : 'present';
      return words + list(condition[name]);
    });
  return said.join(' and ') + (condition.fold === true ? ' in any letter case' : '');
}

// "decisions of welcome", "decisions of welcome clicked".
function decisionWords(decision: Json | undefined): string {
  if (!isObject(decision)) return 'decisions of …';
  const outcomes =
    decision.outcome === undefined || list(decision.outcome) === 'act' ? '' : `, ${list(decision.outcome)}`;
  return `decisions of ${String(decision.rule ?? '…')}${decision.reaction ? ` ${String(decision.reaction)}` : outcomes}`;
}

// What the sentence of a measure may have in braces: words from its condition and from its own member.
const kWords: { [name: string]: (condition: { [name: string]: Json }, measured: Json | undefined) => string } = {
  bound: boundWords,
  window: windowWords,
  scope: ({ scope }) => (scope === 'visitor' ? ', across the visitor’s sessions' : ''),
  filter: (_, filter) => filterWords(filter),
  field: (_, filter) => (isObject(filter) ? `${String(filter.field ?? '…')}${times(filter)}` : ''),
  'field of ': (_, filter) => (isObject(filter) && filter.field ? `${String(filter.field)} of ` : ''),
  after: ({ after }) => filterWords(after),
  for: condition => String(condition.for ?? '…'),
  steps: (_, steps) => (Array.isArray(steps) ? steps.map(filterWords).join(' → ') : '…'),
  name: (_, name) => String(name),
  values: comparisonWords,
  decision: (_, decision) => decisionWords(decision),
};

export const isGroup = (entry: Json | undefined): entry is { [name: string]: Json } =>
  isObject(entry) && ['all', 'any', 'none'].some(name => name in entry);

// "at least 1 × cart add within 30m"; of a group what its conditions say together.
export function conditionWords(condition: Json | undefined): string {
  if (isGroup(condition)) return `(${whenWords(condition)})`;
  const kind = measureOf(condition);
  if (!kind || !isObject(condition)) return 'incomplete condition';
  return kind.sentence.replace(
    /\{([^}]+)\}/g,
    (whole, name: string) => kWords[name]?.(condition, condition[kind.name]) ?? whole,
  );
}

export function whenWords(when: Json | undefined): string {
  if (!isObject(when)) return 'always';
  const group = (name: string) => (Array.isArray(when[name]) ? (when[name] as Json[]).map(conditionWords) : []);
  const all = group('all'),
    any = group('any'),
    none = group('none');
  const parts = [
    all.join(' and '),
    any.length ? `(${any.join(' or ')})` : '',
    none.map(words => `not (${words})`).join(' and '),
  ].filter(Boolean);
  return parts.join(' and ') || 'always';
}

export function thenWords(rule: { [name: string]: Json }): string {
  const typeOf = (action: Json | undefined) => (isObject(action) ? String(action.type ?? '…') : '…');
  if (isObject(rule.actions))
    return Object.entries(rule.actions)
      .map(([variant, action]) => `${variant}: ${typeOf(action)}`)
      .join(', ');
  return typeOf(rule.action);
}
