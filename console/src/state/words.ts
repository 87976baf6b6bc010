// States in words, never by colour alone. Pure.
import { span } from './instants.ts';

export interface DeliveryState {
  status: string;
  attemptCount: number;
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

// "retrying, 2 attempts, next in 4 m 10 s"
export function stateOf(
  { status, attemptCount, nextAttemptAt, reason, lastStatus }: DeliveryState,
  now: number,
): string {
  const attempts = `${attemptCount} ${attemptCount === 1 ? 'attempt' : 'attempts'}`;
  const next = nextAttemptAt ? Date.parse(nextAttemptAt) - now : NaN;
  if (status === 'retrying') return `retrying, ${attempts}, ${next > 0 ? `next in ${span(next)}` : 'next is due'}`;
  if (status === 'queued') return next > 1500 ? `queued, in ${span(next)}` : 'queued';
  if (status === 'delivered') return attemptCount > 1 ? `delivered, at attempt ${attemptCount}` : 'delivered';
  if (status === 'failed') return `failed${lastStatus ? ` with ${lastStatus}` : ''}, ${attempts}`;
  return reason ? `${status}: ${reason}` : status;
}

export const kOutcomes: Record<string, string> = {
  act: 'A rule holds: this is what to do.',
  none: 'No rule holds: there is nothing to do.',
  suppressed: 'A rule holds, and was held back by a cap, a cooldown or closed hours.',
  holdout: 'The visitor is in the control group: nothing is done, so that the effect can be measured.',
};
