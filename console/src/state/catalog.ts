// What the handle has seen lately, as suggestions for whoever writes a rule.
import type { components } from '../api/described.d.ts';
import { kFields } from '../sentences/fields.ts';
import type { Trait } from './people.ts';

export type Catalog = components['schemas']['Catalog'];
type Counted = components['schemas']['CountedValue'];

export interface Seen {
  catalog: Catalog;
  traits: Trait[];
  counters?: string[]; // their names
  rules?: Suggestion[]; // by id, with their names
  groups?: Suggestion[]; // that share their limits, with a rule of each
}

export const kNothingSeen: Seen = {
  catalog: { sessions: 0, since: null, keys: [], sources: [], context: [], triggers: [], scores: {}, requestId: '' },
  traits: [],
};

// `note`: how often it was seen, or what it is.
export interface Suggestion {
  value: string;
  note: string;
}

const counted = (value: string, count: number): Suggestion => ({ value, note: `seen ${count}×` });
const ofValues = (values: Counted[]) => values.map(({ value, count }) => counted(value, count));

// The keys that a filter's `key` names: one, a list, or a prefix such as "cart.*"; all where it names none.
function keysNamed(catalog: Catalog, key: unknown) {
  const named = (Array.isArray(key) ? key : [key]).filter(
    (one): one is string => typeof one === 'string' && one !== '',
  );
  if (!named.length) return catalog.keys;
  return catalog.keys.filter(one =>
    named.some(name => (name.endsWith('*') ? one.key.startsWith(name.slice(0, -1)) : one.key === name)),
  );
}

// Several lists as one: each value once, with its counts added up, the most frequent first.
function united(lists: { value: string; count: number }[][]): Suggestion[] {
  const counts = new Map<string, number>();
  for (const { value, count } of lists.flat()) counts.set(value, (counts.get(value) ?? 0) + count);
  return [...counts].sort(([, a], [, b]) => b - a).map(([value, count]) => counted(value, count));
}

export const keysOf = ({ catalog }: Seen) => catalog.keys.map(({ key, count }) => counted(key, count));
export const valuesOf = ({ catalog }: Seen, key: unknown) => united(keysNamed(catalog, key).map(one => one.values));
export const fieldsOf = ({ catalog }: Seen, key: unknown) =>
  united(keysNamed(catalog, key).map(one => one.fields.map(({ field, count }) => ({ value: field, count }))));
export const triggersOf = ({ catalog }: Seen) => ofValues(catalog.triggers);
export const contextFieldsOf = ({ catalog }: Seen) => catalog.context.map(({ field, count }) => counted(field, count));
export const contextValuesOf = ({ catalog }: Seen, field: unknown) =>
  ofValues(catalog.context.find(one => one.field === field)?.values ?? []);
// The values of a metadata field, of the signals that `key` names.
export const fieldValuesOf = ({ catalog }: Seen, key: unknown, field: string) =>
  united(
    keysNamed(catalog, key).flatMap(one => one.fields.filter(({ field: name }) => name === field).map(of => of.values)),
  );
// With what they count: "half-life 1d: view 1, cart.* 5".
export const scoresOf = ({ catalog }: Seen): Suggestion[] =>
  Object.entries(catalog.scores).map(([value, { halfLife, weights }]) => ({
    value,
    note: kFields.score(
      halfLife,
      Object.entries(weights).map(([key, weight]) => `${key} ${weight}`),
    ),
  }));
export const traitsOf = ({ traits }: Seen): Suggestion[] =>
  traits.map(({ name, type, sensitive }) => ({ value: name, note: sensitive ? `${type}, sensitive` : type }));
