// The request that an operation's form describes. Pure.
import type { Operation } from './reference.ts';

export interface Draft {
  values: Record<string, string>; // of the parameters, by name
  body: string; // '' for none
  as: 'nobody' | 'signIn' | 'other';
  token: string; // with `other`
}

const kPat = 'patv1_';

export function draftOf(operation: Operation, handle: string, isSignedIn: boolean): Draft {
  const { parameters, bodies, role, scope } = operation;
  const values = Object.fromEntries(
    parameters
      .filter(one => one.required)
      .map(({ name, example }) => [name, name === 'handle' ? handle : example] as const),
  );
  const open = !role && !scope;
  return {
    values,
    body: bodyOf(bodies[0]?.example, handle),
    as: open ? 'nobody' : isSignedIn ? 'signIn' : 'other',
    token: '',
  };
}

function bodyOf(example: unknown, handle: string): string {
  if (example === undefined) return '';
  if (typeof example === 'string') return example;
  const named = example && typeof example === 'object' && 'handle' in example ? { ...example, handle } : example;
  return JSON.stringify(named, null, 2);
}

// Where access tokens call is not where users do.
export const pathFor = ({ path, tokenPath }: Operation, { as, token }: Draft) =>
  tokenPath && as === 'other' && token.trim().startsWith(kPat) ? tokenPath : path;

export function urlOf(operation: Operation, draft: Draft, origin: string): string {
  const { values } = draft;
  const path = pathFor(operation, draft).replace(/\{(\w+)\}/g, (whole, name: string) =>
    values[name] ? encodeURIComponent(values[name]) : whole,
  );
  const query = new URLSearchParams(
    operation.parameters
      .filter(one => one.in === 'query' && values[one.name])
      .map(one => [one.name, values[one.name]!]),
  );
  return `${origin}${path}${query.size ? `?${query}` : ''}`;
}

export function headersOf({ parameters, bodies }: Operation, { values, body }: Draft): [string, string][] {
  return [
    ...(bodies[0] && body ? [['content-type', bodies[0].type] as [string, string]] : []),
    ...parameters
      .filter(one => one.in === 'header' && values[one.name])
      .map(one => [one.name.toLowerCase(), values[one.name]!] as [string, string]),
  ];
}

// How a token is sent.
export const bearing = (token: string): [string, string] => ['authorization', `Bearer ${token}`];
