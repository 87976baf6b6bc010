// Values of traits as text: in a table, and in a field. Pure.
import { kSayTrait, kTraits } from '../../sentences/people.ts';
import { linesOf } from '../../state/lines.ts';
import type { TraitType, TraitValue } from '../../state/people.ts';

export const kTypes = [
  ['text', kTraits.types.text],
  ['number', kTraits.types.number],
  ['bool', kTraits.types.bool],
  ['instant', kTraits.types.instant],
  ['date', kTraits.types.date],
  ['list', kTraits.types.list],
] as const satisfies readonly (readonly [TraitType, string])[];

// Those that a first value can have; the others must be declared.
export const kFirstTypes = kTypes.filter(([type]) => type !== 'instant' && type !== 'date');

export const kExamples: Record<TraitType, string> = {
  text: 'pro',
  number: '49.90',
  bool: '',
  instant: '2026-05-01T12:00:00Z',
  date: '2026-05-01',
  list: '',
};

// What is wrong with a typed value before the server has seen it; '' if nothing is.
export function issueOf(type: TraitType, text: string): string {
  if (!text.trim()) return kSayTrait.valueFirst;
  return type === 'number' && !Number.isFinite(Number(text)) ? kSayTrait.numberFirst : '';
}

// A typed value as JSON; a list has one text per line. The number of a trait whose type is known stays text, which the
// server takes to the last digit.
export function asJson(type: TraitType, text: string, isKnown: boolean): NonNullable<TraitValue> {
  if (type === 'list') return linesOf(text);
  if (type === 'bool') return text === 'true';
  if (type === 'number' && !isKnown) return Number(text);
  return type === 'text' ? text : text.trim();
}

export const inField = (value: TraitValue): string => (Array.isArray(value) ? value.join('\n') : String(value ?? ''));

export const inTable = (value: TraitValue): string => (Array.isArray(value) ? value.join(', ') : String(value ?? ''));
