// The kinds of condition with their form fields, and rules in words. Pure.
import { isObject, type Json } from './draft.ts';
import { kMeasureTable } from './measure_table.ts';

export type Part = 'filter' | 'field' | 'window' | 'bound' | 'age' | 'after' | 'steps' | 'score' | 'context' | 'scope';
export interface MeasureKind {
  name: string;
  label: string;
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
  ]
    .filter(Boolean)
    .join(', ');
  return `${filter.key === undefined ? 'any signal' : list(filter.key)}${value}${more && ` (${more})`}`;
}

function boundWords(condition: { [name: string]: Json }): string {
  const { equals, atLeast, atMost } = condition;
  if (equals !== undefined) return `exactly ${String(equals)}`;
  if (atLeast !== undefined && atMost !== undefined) return `${String(atLeast)} to ${String(atMost)}`;
  if (atMost !== undefined) return `at most ${String(atMost)}`;
  return `at least ${String(atLeast ?? 1)}`;
}

// "at least 1 × cart add within 30m"
export function conditionWords(condition: Json | undefined): string {
  const kind = measureOf(condition);
  if (!kind || !isObject(condition)) return 'incomplete condition';
  const measured = condition[kind.name],
    field = isObject(measured) ? String(measured.field ?? '…') : '';
  const window =
    condition.within !== undefined
      ? ` within ${String(condition.within)}`
      : condition.per !== undefined
        ? ' in the session'
        : '';
  const scope = condition.scope === 'visitor' ? ', across the visitor’s sessions' : '';
  switch (kind.name) {
    case 'count':
      return `${boundWords(condition)} × ${filterWords(measured)}${window}${scope}`;
    case 'seen':
      return `${filterWords(measured)} seen${window}${scope}`;
    case 'absent':
      return `no ${filterWords(measured)} for ${String(condition.for ?? '…')} after ${filterWords(condition.after)}${scope}`;
    case 'sum':
      return `${field} of ${filterWords(measured)} adds up to ${boundWords(condition)}${window}${scope}`;
    case 'max':
      return `largest ${field} of ${filterWords(measured)} is ${boundWords(condition)}${window}${scope}`;
    case 'distinct':
      return `${boundWords(condition)} different ${field && field !== '…' ? `${field} of ` : ''}${filterWords(measured)}${window}${scope}`;
    case 'last':
      return `newest ${filterWords(measured)} is ${boundWords(condition)} old${scope}`;
    case 'steps':
      return `${Array.isArray(measured) ? measured.map(filterWords).join(' → ') : '…'}: ${condition.reached === undefined ? boundWords(condition) : `at least ${String(condition.reached)}`} reached${window}${scope}`;
    case 'score':
      return `score ${String(measured)} is ${boundWords(condition)}`;
    case 'context':
      return `${String(measured)} is ${condition.notIn === undefined ? list(condition.in) : `not ${list(condition.notIn)}`}`;
    default:
      return `${kind.label}: ${isObject(measured) ? filterWords(measured) : list(measured)}${window}${scope}`;
  }
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
