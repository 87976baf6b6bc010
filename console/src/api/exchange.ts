// One request and its answer, as they went over the wire: what the inspector shows and what is copied as cURL.
import { signal } from '@preact/signals';

export interface Exchange {
  id: number;
  at: number;            // epoch milliseconds, by this browser
  took: number;          // milliseconds until the last byte
  method: string;
  path: string;          // with its query
  signedIn: boolean;     // an Authorization header went with it
  headers: [string, string][];
  body: string;          // '' where there was none; passwords are left out
  status: number;        // 0 where no answer came
  answerHeaders: [string, string][];
  answer: string;
}

const kKept = 30;

// The newest first: what a person did, not what the page asks by itself.
export const exchanges = signal<Exchange[]>([]);

let ids = 0;
export function remember(exchange: Omit<Exchange, 'id'>): Exchange {
  const kept = { ...exchange, id: (ids += 1) };
  exchanges.value = [kept, ...exchanges.value].slice(0, kKept);
  return kept;
}
