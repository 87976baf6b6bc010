// How many lines came in the last minute. Pure.
const kMinute = 60_000;

// `arrivals`: epoch milliseconds, in the order of arrival; only the latest may be known, then `isWhole` is false, and
// the pace is that of the time that they cover.
export function perMinute(arrivals: number[], now: number, isWhole: boolean): number {
  const late = arrivals.filter(at => at > now - kMinute);
  if (isWhole || late.length < arrivals.length || !late.length) return late.length;
  return Math.round((late.length * kMinute) / Math.max(1000, now - late[0]!));
}
