// States in words, never by colour alone. Pure.
import { span } from './instants.ts';

export interface DeliveryState {
  status: string;
  attemptCount: number;
  attemptsAtMost?: number | null; // in all, while more can follow
  nextAttemptAt?: string | null;
  reason?: string | null;
  lastStatus?: number | null;
}

export const kTones: Record<string, string> = {
  delivered: 'good',
  act: 'good',
  failed: 'bad',
  retrying: 'warn',
  held: 'warn',
  suppressed: 'warn',
  withdrawn: 'idle',
  none: 'idle',
  holdout: 'info',
  queued: 'info',
  sending: 'info',
};

// The words for values of the API; other values are their own words.
const kNames: Record<string, string> = {
  act: 'acted',
  none: 'no match',
  suppressed: 'held back',
  holdout: 'control group',
  held: 'waiting',
  withdrawn: 'canceled',
  'circuit open': 'endpoint failing',
  'subscription disabled': 'endpoint disabled',
  joined: 'joined with a visitor who gets this message already',
};
export const nameOf = (value: string) => kNames[value] ?? value;

// As a sentence or a label begins: "Delivered, at attempt 3".
export const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

// As a sentence of its own: with a capital letter and a full stop.
export const sentence = (text: string) => (/[.!?]$/.test(text) ? capital(text) : `${capital(text)}.`);

// "1 session", "2 sessions"
export const counted = (count: number, one: string, more = `${one}s`) => `${count} ${count === 1 ? one : more}`;

// "waiting: endpoint failing"
export const statusWords = (status: string, reason?: string | null) =>
  reason ? `${nameOf(status)}: ${nameOf(reason)}` : nameOf(status);

// "retrying, 2 of 10 attempts, next in 4 m 10 s"
export function stateOf(
  { status, attemptCount, attemptsAtMost, nextAttemptAt, reason, lastStatus }: DeliveryState,
  now: number,
): string {
  const attempts = counted(attemptCount, 'attempt');
  const soFar = attemptsAtMost ? `${attemptCount} of ${counted(attemptsAtMost, 'attempt')}` : attempts;
  const next = nextAttemptAt ? Date.parse(nextAttemptAt) - now : NaN;
  if (status === 'retrying') return `retrying, ${soFar}, ${next > 0 ? `next in ${span(next)}` : 'next is due now'}`;
  if (status === 'queued') return next > 1500 ? `queued, in ${span(next)}` : 'queued';
  if (status === 'delivered') return attemptCount > 1 ? `delivered, at attempt ${attemptCount}` : 'delivered';
  if (status === 'failed') return `failed${lastStatus ? ` with ${lastStatus}` : ''}, ${attempts}`;
  return statusWords(status, reason);
}

export const kOutcomes: Record<string, string> = {
  act: 'A rule matched: this is the action to take.',
  none: 'No rule matched: there is nothing to do.',
  suppressed: 'A rule matched but was held back by a frequency limit, its schedule, or a missing value.',
  holdout: 'The visitor is in the control group: no action is taken, so that lift can be measured.',
};
