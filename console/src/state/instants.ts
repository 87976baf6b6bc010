// Instants and spans in words. Pure.
import type { Clock } from './preferences.ts';

const kUnits: [number, string][] = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'm'],
  [1, 's'],
];

// "4 m 10 s": the two largest units.
export function span(milliseconds: number): string {
  let left = Math.round(Math.abs(milliseconds) / 1000);
  const parts: string[] = [];
  for (const [size, name] of kUnits) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count) parts.push(`${count} ${name}`);
    if (parts.length === 2) break;
  }
  return parts.join(' ') || '0 s';
}

export function relative(at: number, now: number): string {
  const away = at - now;
  if (Math.abs(away) < 1500) return 'now';
  return away > 0 ? `in ${span(away)}` : `${span(away)} ago`;
}

const two = (number: number) => String(number).padStart(2, '0');

// The time of day, with the date if it is not today.
export function told(text: string, clock: Clock, now: number): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return text;
  if (clock === 'relative') return relative(at.getTime(), now);
  const utc = clock === 'utc',
    today = new Date(now);
  const day = (date: Date) =>
    utc
      ? [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()]
      : [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  const [hour, minute, second] = utc
    ? [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()]
    : [at.getHours(), at.getMinutes(), at.getSeconds()];
  const time = `${two(hour)}:${two(minute)}:${two(second)}${utc ? 'Z' : ''}`;
  const that = day(at);
  return that.join() === day(today).join() ? time : `${that[0]}-${two(that[1]!)}-${two(that[2]!)} ${time}`;
}

// "0.4 ms", "12 ms", "3.2 s"
export function took(milliseconds: number): string {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return milliseconds < 10 ? `${Number(milliseconds.toFixed(1))} ms` : `${Math.round(milliseconds)} ms`;
}
