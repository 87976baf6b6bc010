// What the server has counted in a period and in the one before, asked for again and again.
import { useState } from 'preact/hooks';
import { type Answer, ask, quietly } from '../../api/client.ts';
import type { operations } from '../../api/described.d.ts';
import type { Fault } from '../../api/fault.ts';
import type { Analytics } from './analytics.ts';
import type { Period } from '../../state/period.ts';
import { usePoll } from '../../state/poll.ts';

type Query = NonNullable<operations['getAnalytics']['parameters']['query']>;

// Without `format` it is JSON.
export const askAnalytics = (handle: string, query: Query) =>
  ask(quietly.GET('/v2/handles/{handle}/analytics', { params: { path: { handle }, query } })) as Promise<
    Answer<Analytics>
  >;

const kEvery = 15_000; // milliseconds

export interface Counted {
  now: Analytics;
  before: Analytics;
}

// Null until both are there. `period` is taken anew in each round, since it ends with the current hour.
export function useAnalytics(handle: string, period: () => Period, inputs: unknown[]) {
  const [found, setFound] = useState<Counted | null>(null),
    [fault, setFault] = useState<Fault | null>(null);
  usePoll(
    kEvery,
    async isCurrent => {
      const { since, until, before, bucket } = period();
      const of = (from: number, to: number) => askAnalytics(handle, { since: String(from), until: String(to), bucket });
      const [now, then] = await Promise.all([of(since, until), of(before.since, before.until)]);
      if (!isCurrent()) return;
      if (now.ok && then.ok) setFound({ now: now.data, before: then.data });
      setFault(now.ok ? (then.ok ? null : then.fault) : now.fault);
    },
    [handle, ...inputs],
  );
  return { found, fault };
}
