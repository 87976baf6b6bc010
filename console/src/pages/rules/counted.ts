// What the server has counted in a period and in the one before, asked for again and again.
import { useMemo, useState } from 'preact/hooks';
import { ask, quietly, type Answer } from '../../api/client.ts';
import type { operations } from '../../api/described.d.ts';
import type { Fault } from '../../api/fault.ts';
import { useRules } from '../../state/known_rules.ts';
import { periodOf, type Period } from '../../state/period.ts';
import { place } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { kPeriods } from '../../sentences/periods.ts';
import { buckets, resultsOf, summaryOf, type Analytics, type Summary } from './analytics.ts';

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

// The figures of a period, each to be set against the period before.
export interface Figures {
  now: Summary;
  before: Summary;
  steps: Summary[]; // bucket by bucket
  than: string; // "the previous 7 days"
}

const periodNow = () => periodOf(place.peek().query, Date.now());

// Null until it is there. The period of the address is taken again in each round, since it ends with the current hour;
// `ruleId`: '' for all rules.
function useAnalytics(handle: string, ruleId: string, days: string[]) {
  const of = `${handle} ${ruleId}`;
  const [found, setFound] = useState<Counted | null>(null),
    [fault, setFault] = useState<Fault | null>(null);
  usePoll(
    kEvery,
    async isCurrent => {
      const asked = periodNow(),
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
    [handle, ruleId, ...days],
  );
  return { found: found?.of === of ? found : null, fault };
}

// What the rules did in the period of the address, those that acted most first. `shown` is null until it is there.
export function useResults(ruleId = '') {
  const { handle, query } = place.value;
  const [period = '', from = '', to = ''] = ['period', 'from', 'to'].map(name => query.get(name) ?? '');
  const { found, fault } = useAnalytics(handle, ruleId, [period, from, to]);
  const { rules } = useRules(handle);
  const shown = useMemo(() => {
    if (!found || !rules) return null;
    const results = resultsOf(found.now, rules).sort((a, b) => b.treated.totals.acted - a.treated.totals.acted);
    const figures: Figures = {
      now: summaryOf(results),
      before: summaryOf(resultsOf(found.before, rules)),
      steps: buckets(found.now).map(time => summaryOf(results, time)),
      than: kPeriods.previous(found.period.key, found.period.until - found.period.since),
    };
    return { counted: found, results, figures };
  }, [found, rules]);
  return { period: periodOf(query, Date.now()), asked: { period, from, to }, rules, shown, fault };
}
