// One request and its answer, as they went over the wire: what the inspector shows and what is copied as cURL.
import { signal } from '@preact/signals';

export interface Exchange {
  id: number;
  at: number; // epoch milliseconds, by this browser
  took: number; // milliseconds until the last byte
  method: string;
  path: string; // with its query
  signedIn: boolean; // an Authorization header went with it
  headers: [string, string][];
  body: string; // '' where there was none; passwords are left out
  status: number; // 0 where no answer came
  answerHeaders: [string, string][];
  answer: string;
}

const kKept = 30;

// The newest first: what a person did, not what the page asks by itself.
export const exchanges = signal<Exchange[]>([]);

const kNoted = 12;

// What the page asks by itself, the newest first: of each address the last time, without what was answered.
export const noted = signal<Exchange[]>([]);

let ids = 0;
export function remember(exchange: Omit<Exchange, 'id'>): Exchange {
  const kept = { ...exchange, id: (ids += 1) };
  exchanges.value = [kept, ...exchanges.value].slice(0, kKept);
  return kept;
}

const addressOf = ({ method, path }: Pick<Exchange, 'method' | 'path'>) => `${method} ${path.replace(/\?.*/, '')}`;

export function note(exchange: Omit<Exchange, 'id'>): Exchange {
  const before = noted.value.find(one => addressOf(one) === addressOf(exchange));
  const kept = { ...exchange, id: before?.id ?? (ids += 1) };
  noted.value = [kept, ...noted.value.filter(one => one !== before)].slice(0, kNoted);
  return kept;
}
