// A number against that of the previous period, in words. Pure.
import { kPeriods } from '../sentences/periods.ts';

const kFine = 1e-9;

// "Up 12 % from the previous 7 days"
export function changeOf(now: number, before: number, than: string): string {
  if (Math.abs(now - before) < kFine) return now === 0 ? kPeriods.noneBefore(than) : kPeriods.same(than);
  if (before <= 0) return kPeriods.noneBefore(than);
  const by = `${Math.round(Math.abs(now / before - 1) * 100).toLocaleString('en')} %`;
  return now > before ? kPeriods.up(by, than) : kPeriods.down(by, than);
}

// "Up 1.8 points from the previous 7 days", of shares; null: there was none.
export function changeOfShare(now: number, before: number | null, than: string): string {
  if (before === null) return kPeriods.noneBefore(than);
  const by = Math.abs(now - before) * 100;
  if (by < 0.05) return kPeriods.same(than);
  return (now > before ? kPeriods.up : kPeriods.down)(kPeriods.points(by.toFixed(1)), than);
}
