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

// JSON as the server reads it: a half of a surrogate pair, as texts have that were cut within an emoji, is replaced, since
// one of them would take all that is in the request with it. JSON.stringify escapes such halves, and nothing else so.
export const wire = (value: unknown) =>
  JSON.stringify(value).replace(/\\(ud[89a-f]..|.)/g, (same, what) => (what[4] ? '\ufffd' : same));

// Bytes in UTF-8.
export const bytesOf = (text: string) => new TextEncoder().encode(text).length;
