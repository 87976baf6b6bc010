// One request: JSON as text/plain, no custom header and no credentials, so that it needs no preflight.
import { kRequestTime } from './limits.ts';
import type { Answer } from './words.ts';

// Never rejects: a network error, a refused origin and a timeout are status 0.
export async function post(url: string, body: string, keepalive = false): Promise<Answer> {
  try {
    const signal = AbortSignal.timeout(kRequestTime);
    const response = await fetch(url, { method: 'POST', body, keepalive, credentials: 'omit', signal });
    const json = await response.json().catch(() => {});
    return { status: response.status, retryAfter: response.headers.get('retry-after'), body: json ?? {} };
  } catch {
    return { status: 0, retryAfter: null, body: {} };
  }
}

// Bytes in UTF-8.
export const bytesOf = (text: string) => new TextEncoder().encode(text).length;
