// One request and its response as sent: what the inspector shows and what is copied as cURL.
import { signal } from '@preact/signals';

export interface Exchange {
  id: number;
  at: number; // epoch milliseconds, by this browser's clock
  took: number; // milliseconds until the last byte
  method: string;
  path: string; // with its query
  signedIn: boolean; // it had an Authorization header
  headers: [string, string][];
  body: string; // '' if there was none; passwords are masked
  status: number; // 0 if there was no response
  answerHeaders: [string, string][];
  answer: string;
}

const kKept = 30;

// The requests that the user made, newest first.
export const exchanges = signal<Exchange[]>([]);

const kNoted = 20;

// Background requests, newest first: the latest of each path, without its response body.
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
