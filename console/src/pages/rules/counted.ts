// What the server has counted in a period and in the one before, asked for again and again.
import { useState } from 'preact/hooks';
import { ask, quietly } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import type { Analytics } from './analytics.ts';
import type { Period } from '../../state/period.ts';
import { usePoll } from '../../state/poll.ts';

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
      const of = (from: number, to: number) =>
        ask(
          quietly.GET('/v2/handles/{handle}/analytics', {
            params: { path: { handle }, query: { since: String(from), until: String(to), bucket } },
          }),
        );
      const [now, then] = await Promise.all([of(since, until), of(before.since, before.until)]);
      if (!isCurrent()) return;
      if (now.ok && then.ok) setFound({ now: now.data, before: then.data });
      setFault(now.ok ? (then.ok ? null : then.fault) : now.fault);
    },
    [handle, ...inputs],
  );
  return { found, fault };
}
