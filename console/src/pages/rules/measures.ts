// The kinds of condition with their form fields, and rules in words. Pure.
import { kRules } from '../../sentences/rules.ts';
import { isDelayed } from '../../state/delayed.ts';
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
  | 'ever'
  | 'decision'
  | 'same'
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
// A condition on a lifetime counter has members that are measures elsewhere.
export const measureOf = (condition: Json | undefined) =>
  isObject(condition)
    ? kMeasures.find(({ name }) => name in condition && (name === 'ever' || !('ever' in condition)))
    : undefined;

const t = kRules.words;

const list = (value: Json | undefined) => (Array.isArray(value) ? value.map(String).join(t.or) : String(value ?? ''));

// "30 minutes"; what is no duration as it is.
export function durationWords(duration: Json | undefined): string {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(String(duration ?? '')) ?? [];
  if (!count) return String(duration ?? t.unknown);
  const [one, more] = t.units[unit!]!;
  return `${count} ${count === '1' ? one : more}`;
}

function filterWords(filter: Json | undefined): string {
  if (!isObject(filter)) return t.unknown;
  const value = filter.value === undefined ? '' : ` ${list(filter.value)}`;
  const more = [
    filter.source !== undefined && t.from(list(filter.source)),
    filter.minConfidence !== undefined && t.confidence(String(filter.minConfidence)),
    ...(isObject(filter.meta) ? Object.entries(filter.meta) : []).map(
      ([path, comparison]) => isObject(comparison) && t.field(path, comparisonWords(comparison)),
    ),
  ]
    .filter(Boolean)
    .join(', ');
  return `${filter.key === undefined ? t.anySignal : list(filter.key)}${value}${more && ` (${more})`}`;
}

const times = (filter: { [name: string]: Json }) => (filter.times === undefined ? '' : ` × ${String(filter.times)}`);

function boundWords(
  { equals, atLeast, atMost, reached }: { [name: string]: Json },
  words: (value: Json) => string = String,
): string {
  if (reached !== undefined) return t.atLeast(words(reached));
  if (equals !== undefined) return t.exactly(words(equals));
  if (atLeast !== undefined && atMost !== undefined) return t.between(words(atLeast), words(atMost));
  if (atMost !== undefined) return t.atMost(words(atMost));
  return t.atLeast(words(atLeast ?? 1));
}

const isDuration = (value: Json | undefined) => typeof value === 'string' && /^\d+[smhd]$/.test(value);
const ageOr = (value: Json) => (isDuration(value) ? durationWords(value) : String(value));

function windowWords(condition: { [name: string]: Json }): string {
  const { within, since } = condition;
  const behind = since === undefined ? '' : t.since(filterWords(since));
  if (isObject(within)) return t.calendar(String(within.calendar), String(within.zone)) + behind;
  if (within !== undefined) return t.within(durationWords(within)) + behind;
  return (condition.per === undefined ? '' : t.session) + behind;
}

// The comparisons of a value with constants, by what they take.
export const kComparisons = [
  ['in', 'list'],
  ['notIn', 'list'],
  ['equals', 'scalar'],
  ['not', 'scalar'],
  ['above', 'number'],
  ['below', 'number'],
  ['atLeast', 'number'],
  ['atMost', 'number'],
  ['startsWith', 'text'],
  ['endsWith', 'text'],
  ['contains', 'scalar'],
  ['anyOf', 'list'],
  ['allOf', 'list'],
  ['exists', 'boolean'],
  ['before', 'instant'],
  ['after', 'instant'],
] as const;

// How far the instant of a trait lies ahead, or back: the member that says so.
export const kDistances = ['until', 'age', 'daysUntil'] as const;
export const distanceOf = (condition: Json | undefined) =>
  isObject(condition) ? kDistances.find(name => isObject(condition[name])) : undefined;

// What a condition asks of a lifetime counter: the member that says so.
export const kEver = ['count', 'sum', 'days', 'first', 'last'] as const;
export const everOf = (condition: Json | undefined) =>
  isObject(condition) ? kEver.find(name => isObject(condition[name])) : undefined;

function everWords(condition: { [name: string]: Json }): string {
  const name = everOf(condition) ?? 'count';
  const said = isObject(condition[name]) ? condition[name] : {};
  const compared =
    name !== 'first' && name !== 'last'
      ? boundWords(said)
      : isObject(said.age)
        ? distanceWords(said.age, 'age')
        : t.unknown;
  return t.ever(String(condition.ever), t.evers[name], compared);
}

function distanceWords(distance: { [name: string]: Json }, name: (typeof kDistances)[number]): string {
  const { atLeast, atMost, equals } = distance;
  return [
    equals !== undefined && t.exactly(ageOr(equals)),
    atLeast !== undefined && t.atLeast(ageOr(atLeast)),
    atMost !== undefined && t.atMost(ageOr(atMost)),
  ]
    .filter(Boolean)
    .join(t.and)
    .concat(` ${t.distances[name]}`);
}

export function comparisonWords(condition: { [name: string]: Json }): string {
  const distance = distanceOf(condition);
  if (distance) return distanceWords(condition[distance] as { [name: string]: Json }, distance);
  const said = kComparisons
    .filter(([name]) => condition[name] !== undefined)
    .map(([name, takes]) => {
      if (takes === 'boolean') return condition[name] === false ? t.missing : t.present;
      return t.comparisons[name] + list(condition[name]);
    });
  return said.join(t.and) + (condition.fold === true ? t.anyCase : '');
}

// "decisions of welcome", "decisions of welcome clicked".
function decisionWords(decision: Json | undefined): string {
  if (!isObject(decision)) return t.decisions(t.unknown);
  const outcomes =
    decision.outcome === undefined || list(decision.outcome) === 'act' ? '' : `, ${list(decision.outcome)}`;
  return `${t.decisions(String(decision.rule ?? t.unknown))}${decision.reaction ? ` ${String(decision.reaction)}` : outcomes}`;
}

// What the sentence of a measure may have in braces: words from its condition and from its own member.
const kWords: { [name: string]: (condition: { [name: string]: Json }, measured: Json | undefined) => string } = {
  bound: condition => boundWords(condition, ageOr),
  window: windowWords,
  same: ({ same }) => (same === undefined ? '' : t.same(String(same))),
  scope: ({ scope }) => (scope === 'visitor' ? t.visitor : ''),
  filter: (_, filter) => filterWords(filter),
  field: (_, filter) => (isObject(filter) ? `${String(filter.field ?? t.unknown)}${times(filter)}` : ''),
  'field of ': (_, filter) => (isObject(filter) && filter.field ? `${String(filter.field)} of ` : ''),
  after: ({ after }) => filterWords(after),
  for: condition => durationWords(condition.for),
  steps: (_, steps) => (Array.isArray(steps) ? steps.map(filterWords).join(' → ') : t.unknown),
  name: (_, name) => String(name),
  values: comparisonWords,
  ever: everWords,
  decision: (_, decision) => decisionWords(decision),
};

const kGroupNames = ['all', 'any', 'none'] as const;

export const isGroup = (entry: Json | undefined): entry is { [name: string]: Json } =>
  isObject(entry) && kGroupNames.some(name => name in entry);

// "at least 1 × cart add within 30 minutes"; of a group what its conditions say together.
export function conditionWords(condition: Json | undefined): string {
  if (isGroup(condition)) return t.either(whenWords(condition));
  const kind = measureOf(condition);
  if (!kind || !isObject(condition)) return t.incomplete;
  return kind.sentence.replace(
    /\{([^}]+)\}/g,
    (whole, name: string) => kWords[name]?.(condition, condition[kind.name]) ?? whole,
  );
}

export function whenWords(when: Json | undefined): string {
  if (!isObject(when)) return t.always;
  const group = (name: string) => (Array.isArray(when[name]) ? (when[name] as Json[]).map(conditionWords) : []);
  const all = group('all'),
    any = group('any'),
    none = group('none');
  const parts = [
    all.join(t.and),
    any.length ? t.either(any.join(t.or)) : '',
    none.map(words => t.not(words)).join(t.and),
  ].filter(Boolean);
  return parts.join(t.and) || t.always;
}

const typeWords = (action: Json | undefined) => {
  const type = isObject(action) ? String(action.type ?? t.unknown) : t.unknown;
  return t.types[type] ?? type;
};

export function thenWords(rule: { [name: string]: Json }): string {
  if (isObject(rule.actions))
    return Object.entries(rule.actions)
      .map(([variant, action]) => t.variant(variant, typeWords(action)))
      .join(', ');
  return typeWords(rule.action);
}

// Where in `when.all` the awaited absence of a delayed rule is.
export function absenceIn(rule: { [name: string]: Json }): number {
  const all = isObject(rule.when) && Array.isArray(rule.when.all) ? rule.when.all : [];
  return all.findIndex(one => isObject(one) && 'absent' in one);
}

// "On checkout", "When no purchase follows cart add within 30 minutes"
export function momentWords(rule: { [name: string]: Json }): string {
  const absence = absenceIn(rule);
  if (isDelayed(rule) && absence >= 0) {
    const { absent, after, for: wait } = (rule.when as { all: { [name: string]: Json }[] }).all[absence]!;
    return t.notHappening(filterWords(absent), filterWords(after), durationWords(wait));
  }
  return t.on(Array.isArray(rule.triggers) ? rule.triggers.map(String) : []);
}

// Its conditions, without the one that its moment says already; '' if there are none.
export function whoWords(rule: { [name: string]: Json }): string {
  if (!isObject(rule.when)) return '';
  const absence = isDelayed(rule) ? absenceIn(rule) : -1;
  const all = Array.isArray(rule.when.all) ? rule.when.all.toSpliced(absence, absence < 0 ? 0 : 1) : [];
  const words = whenWords({ ...rule.when, all });
  return words === t.always ? '' : words;
}

// "On checkout · popup"
export const lineOf = (rule: { [name: string]: Json }) => t.line(momentWords(rule), thenWords(rule));
