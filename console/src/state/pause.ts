// How long to wait before a delivery is read again. Pure.
const kLongest = 30_000;

// Milliseconds after which there can be something new: when the next attempt is due, but at least `soonest`. At most
// half a minute, as somebody may retry or cancel it before that.
export function pauseOf({ nextAttemptAt }: { nextAttemptAt?: string | null }, now: number, soonest: number): number {
  const due = nextAttemptAt ? Date.parse(nextAttemptAt) - now : 0;
  return Math.min(Math.max(due, soonest), kLongest);
}
