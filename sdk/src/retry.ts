// When a failed request is sent again.
import { kFirstWait, kLongestWait } from './limits.ts';

// 0 is no response. Every other status is final.
export const isRetried = (status: number) => status >= 500 || [0, 408, 429].includes(status);

// Milliseconds to wait after `failures` in a row (from 1): Retry-After (seconds or an HTTP date, at most an hour) plus
// full jitter over a doubling span, so that visitors who failed together do not retry together.
export function waitAfter(failures: number, retryAfter: string | null, random = Math.random, now = Date.now()): number {
  const span = Math.min(kLongestWait, kFirstWait * 2 ** (failures - 1));
  const asked = Number(retryAfter) * 1000 || Date.parse(retryAfter ?? '') - now || 0;
  return Math.min(Math.max(asked, 0), 3_600_000) + random() * span;
}
