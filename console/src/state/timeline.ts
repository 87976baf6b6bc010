// The timeline of a session: signals, decisions, timers, deliveries, and their causes.
import { signal } from '@preact/signals';
import { ask, quietly } from '../api/client.ts';
import type { components } from '../api/described.d.ts';
import type { Fault } from '../api/fault.ts';
import { kDue } from './delayed.ts';

export type Session = components['schemas']['Session'];
export interface Moment {
  kind: string;
  at: string;
  signalKey?: string;
  signalValue?: string | null;
  version?: number;
  decisionId?: string;
  trigger?: string;
  outcome?: string;
  ruleId?: string | null;
  deliveryId?: string;
  eventId?: string;
  subscriptionId?: string;
  eventType?: string;
  status?: string;
  endedAt?: string | null;
  reason?: string | null;
  signalVersion?: number; // of the signal that set a timer
}

// The name by which other moments link to this one.
export const nameOf = (moment: Moment) =>
  moment.deliveryId ??
  moment.decisionId ??
  (moment.version ? `signal-${moment.version}` : `${moment.kind}-${moment.ruleId ?? ''}-${moment.at}`);

// The causes loaded so far: by the id of an event, or of a decision at the end of a wait, the name of the moment that
// caused it.
export const causes = signal<Record<string, string>>({});
const asked = new Set<string>();

// {"signal":{"version":3}}, {"decision":{"decisionId":"dec_…"}}, {"test":true}, …
export function causeIn(cause: unknown): string {
  const text = JSON.stringify(cause) ?? '';
  const decision = /"(dec_[^"]+)"/.exec(text)?.[1];
  const version = /"version":(\d+)/.exec(text)?.[1];
  return decision ?? (version ? `signal-${version}` : '');
}

// Of an event that a delayed rule sent: its decision, and the signal that began the wait.
function waitIn(cause: unknown): { [decisionId: string]: string } {
  const { decision, signal } = (cause ?? {}) as { decision?: unknown; signal?: { version?: number } };
  return typeof decision === 'string' && signal?.version ? { [decision]: `signal-${signal.version}` } : {};
}

// The name of the moment that caused another or that it is about: a timer starts at a signal, a decision has seen the
// signals up to one, or is made at the end of a wait that began with one, a report (decision.shown …) is about its
// decision, a delivery has the cause of its event.
export function causeOf(moment: Moment, { decisions }: Session): string {
  switch (moment.kind) {
    case 'timer':
      return `signal-${moment.signalVersion}`;
    case 'decision': {
      if (moment.trigger === kDue) return causes.value[moment.decisionId!] ?? '';
      const seen = decisions.find(one => one.decisionId === moment.decisionId)?.sessionVersion;
      return seen ? `signal-${seen}` : '';
    }
    case 'signal':
      return moment.signalKey!.startsWith('decision.') && moment.signalValue?.startsWith('dec_')
        ? moment.signalValue
        : '';
    default:
      return (moment.eventId && causes.value[moment.eventId]) || '';
  }
}

const kAtOnce = 20;
export async function learnCauses(handle: string, moments: Moment[]) {
  const wanted = [...new Set(moments.map(moment => moment.eventId))]
    .filter((id): id is string => !!id && !asked.has(id))
    .slice(0, kAtOnce);
  for (const id of wanted) asked.add(id);
  const found = await Promise.all(
    wanted.map(async eventId => {
      const answer = await ask(
        quietly.GET('/v2/handles/{handle}/events/{eventId}', { params: { path: { handle, eventId } } }),
      );
      return answer.ok ? { [eventId]: causeIn(answer.data.cause), ...waitIn(answer.data.cause) } : {};
    }),
  );
  if (found.length) causes.value = Object.assign({ ...causes.value }, ...found);
}

export async function read(
  handle: string,
  sessionId: string,
): Promise<{ session: Session | null; fault: Fault | null }> {
  const answer = await ask(
    quietly.GET('/v2/handles/{handle}/chain/{sessionId}', { params: { path: { handle, sessionId } } }),
  );
  if (answer.ok) return { session: answer.data, fault: null };
  return { session: null, fault: answer.fault.status === 404 ? null : answer.fault };
}
