// Counts, shares, amounts and dates in words. Pure.
const kCount = new Intl.NumberFormat('en');
const kAmount = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const kCurrencies = new Map<string, Intl.NumberFormat>();

// "1,204"
export const number = (count: number) => kCount.format(count).replace('-', '−');

// "14.2 %"; "–" of none.
export const percent = (part: number, all: number) => (all ? share(part / all) : '–');
export const share = (rate: number) => `${(rate * 100).toFixed(1).replace('-', '−')} %`;

// "20 %", "2.5 %"
export const roundShare = (rate: number) => `${Number((rate * 100).toFixed(2))} %`;

// "+1.8" points: a difference of two shares.
export const points = (rate: number) => `${rate < 0 ? '−' : '+'}${Math.abs(rate * 100).toFixed(1)}`;

// "€18,430.00", "CHF 12.00"; without a currency "18,430.00".
export function money(amount: number, currency: string): string {
  if (!/^[A-Z]{3}$/.test(currency)) return kAmount.format(amount).replace('-', '−');
  let format = kCurrencies.get(currency);
  if (!format) {
    format = new Intl.NumberFormat('en', { style: 'currency', currency, currencyDisplay: 'narrowSymbol' });
    kCurrencies.set(currency, format);
  }
  return format.format(amount).replace('-', '−');
}

const two = (part: number) => String(part).padStart(2, '0');

// "11-27", the day of a time in epoch seconds, in UTC as the server counts days.
export function day(at: number): string {
  const date = new Date(at * 1000);
  return `${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
}

// "14:00"
export function hour(at: number, utc: boolean): string {
  const date = new Date(at * 1000);
  return utc
    ? `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`
    : `${two(date.getHours())}:${two(date.getMinutes())}`;
}

// "2026-11-27"
export const isoDay = (milliseconds: number) => new Date(milliseconds).toISOString().slice(0, 10);
