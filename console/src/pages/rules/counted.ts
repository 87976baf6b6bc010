// What the server has counted in a period and in the one before, asked for again and again.
import { useState } from 'preact/hooks';
import { ask, quietly, type Answer } from '../../api/client.ts';
import type { operations } from '../../api/described.d.ts';
import type { Fault } from '../../api/fault.ts';
import type { Period } from '../../state/period.ts';
import { usePoll } from '../../state/poll.ts';
import type { Analytics } from './analytics.ts';

type Query = NonNullable<operations['getAnalytics']['parameters']['query']>;

// Without `format` it is JSON.
export const askAnalytics = (handle: string, query: Query) =>
  ask(quietly.GET('/v2/handles/{handle}/analytics', { params: { path: { handle }, query } })) as Promise<
    Answer<Analytics>
  >;

const kEvery = 15_000; // milliseconds

export interface Counted {
  of: string; // the handle and the rule
  period: Period; // that was asked for
  now: Analytics;
  before: Pick<Analytics, 'rules' | 'timeToConvert'>; // without points
}

// Null until it is there. `period` is taken again in each round, since it ends with the current hour; `ruleId`: '' for
// all rules.
export function useAnalytics(handle: string, period: () => Period, ruleId: string, inputs: unknown[]) {
  const of = `${handle} ${ruleId}`;
  const [found, setFound] = useState<Counted | null>(null),
    [fault, setFault] = useState<Fault | null>(null);
  usePoll(
    kEvery,
    async isCurrent => {
      const asked = period(),
        { since, until, bucket } = asked;
      const query = { since: String(since), until: String(until), bucket, previous: 'true' as const };
      const answer = await askAnalytics(handle, ruleId ? { ...query, ruleId } : query);
      if (!isCurrent()) return;
      setFault(answer.ok ? null : answer.fault);
      const previous = answer.ok && answer.data.previous;
      if (!previous) return;
      const rules = previous.rules.map(one => ({ ...one, points: [] }));
      setFound({ of, period: asked, now: answer.data, before: { rules, timeToConvert: previous.timeToConvert } });
    },
    [handle, ruleId, ...inputs],
  );
  return { found: found?.of === of ? found : null, fault };
}
