// The time range of a list, as the URL has it: `range=1h|24h|7d|30d|all`, or `since` and `until` of its own. Pure.
const kMinute = 60_000,
  kHour = 60 * kMinute,
  kDay = 24 * kHour;
export const kSpans = { '1h': kHour, '24h': kDay, '7d': 7 * kDay, '30d': 30 * kDay } as const;
export type RangeName = keyof typeof kSpans | 'all' | 'own';

export interface Range {
  name: RangeName;
  since: string | undefined; // instants; undefined for none
  until: string | undefined;
}

const instant = (text: string | null) => {
  const at = text ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
};

// `usual`: where the URL names none. The start of a range goes by whole minutes, so that it stays the same for a while.
export function rangeOf(query: URLSearchParams, usual: RangeName, now: number): Range {
  const since = instant(query.get('since')),
    until = instant(query.get('until'));
  if (since || until) return { name: 'own', since, until };
  const asked = query.get('range') ?? usual;
  if (!(asked in kSpans)) return { name: 'all', since: undefined, until: undefined };
  const name = asked as keyof typeof kSpans;
  const start = Math.floor((now - kSpans[name]) / kMinute) * kMinute;
  return { name, since: new Date(start).toISOString(), until: undefined };
}

const two = (number: number) => String(number).padStart(2, '0');

// An instant as a field of the type datetime-local has it, by this browser's clock; '' for none.
export function inField(text: string | undefined): string {
  const at = new Date(text ?? '');
  if (Number.isNaN(at.getTime())) return '';
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

// And back.
export const fromField = (text: string) => instant(text) ?? '';
