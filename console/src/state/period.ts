// The periods that numbers are shown for, as an address names them. Pure.
//   ?period=24h|7d|28d, or ?from=2026-11-01&to=2026-11-30, both days included
//
// Counts are kept by the hour, and days are those of UTC, as the server counts them. A period ends with the current
// hour; the period before it is as long.
import { isoDay } from './format.ts';

export interface Period {
  key: string; // '24h', '7d', '28d', or '' for one from a day to another
  since: number; // epoch milliseconds
  until: number;
  bucket: 'hour' | 'day';
  before: { since: number; until: number };
  from: string; // days, for the fields
  to: string;
  issue: 'order' | 'length' | ''; // what is wrong with its days; then it is that of `otherwise`
}

export const kPresets = ['24h', '7d', '28d'] as const;
const kHour = 3_600_000,
  kDay = 24 * kHour;
const kByHour = 3 * kDay; // up to here by the hour
const kLongest = 400 * kDay; // what the server keeps
const kSpans: Record<string, number> = { '24h': kDay, '7d': 7 * kDay, '28d': 28 * kDay };

const dayIn = (text: string | null) => (/^\d{4}-\d\d-\d\d$/.test(text ?? '') ? Date.parse(`${text}T00:00:00Z`) : NaN);

export function periodOf(query: URLSearchParams, now: number, otherwise = '7d'): Period {
  const end = (Math.floor(now / kHour) + 1) * kHour;
  const first = dayIn(query.get('from')),
    last = dayIn(query.get('to'));
  let issue: Period['issue'] = '';
  if (!Number.isNaN(first) && !Number.isNaN(last)) {
    const until = Math.min(last + kDay, Math.max(end, first + kHour));
    if (last < first) issue = 'order';
    else if (until - first > kLongest) issue = 'length';
    else return spanning('', first, until, { from: isoDay(first), to: isoDay(last) });
  }
  const asked = query.get('period') ?? '',
    key = asked in kSpans ? asked : otherwise;
  const span = kSpans[key]!;
  const since = end - span;
  const days = issue
    ? { from: query.get('from')!, to: query.get('to')! }
    : { from: isoDay(since), to: isoDay(end - 1) };
  return { ...spanning(key, since, end, days), issue };
}

function spanning(key: string, since: number, until: number, days: { from: string; to: string }): Period {
  const span = until - since;
  return {
    key,
    since,
    until,
    bucket: span <= kByHour ? 'hour' : 'day',
    before: { since: since - span, until: since },
    ...days,
    issue: '',
  };
}
