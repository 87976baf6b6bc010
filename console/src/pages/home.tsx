import './home.css';
import './rules/results.css';
import { useMemo } from 'preact/hooks';
import { FaultNote } from '../parts/fault_note.tsx';
import { Presets } from '../parts/period_picker.tsx';
import { useAnalytics } from './rules/counted.ts';
import { useRules } from '../state/known_rules.ts';
import { periodOf } from '../state/period.ts';
import { place } from '../state/place.ts';
import { kHome } from '../sentences/home.ts';
import { kParts } from '../sentences/parts.ts';
import { kPeriods } from '../sentences/periods.ts';
import { Attention } from './home/attention.tsx';
import { Changes } from './home/changes.tsx';
import { Endpoints } from './home/endpoints.tsx';
import { nameOfEndpoint, useEndpoints } from './home/endpoint_stats.ts';
import { RightNow } from './home/right_now.tsx';
import { TopRules } from './home/top_rules.tsx';
import { TreatedPanel } from './home/treated.tsx';
import { Welcome } from './home/welcome.tsx';
import { buckets, resultsOf, summaryOf } from './rules/analytics.ts';
import { AddedTile, RateTile, RevenueTile, TimeTile, type Figures } from './rules/tiles.tsx';

// …/home?period=24h|7d|28d: how the handle is doing, and what calls for action.
export function HomePage() {
  const { handle, query } = place.value;
  const period = periodOf(query, Date.now());
  const { found, fault } = useAnalytics(handle, () => periodOf(place.peek().query, Date.now()), '', [period.key]);
  const { rules } = useRules(handle);
  const endpoints = useEndpoints(handle);
  const shown = useMemo(() => {
    if (!found || !rules) return null;
    const results = resultsOf(found.now, rules).sort((a, b) => b.treated.totals.acted - a.treated.totals.acted);
    const figures: Figures = {
      now: summaryOf(results),
      before: summaryOf(resultsOf(found.before, rules)),
      steps: buckets(found.now).map(time => summaryOf(results, time)),
      than: kPeriods.previous(found.period.key, found.period.until - found.period.since),
    };
    return { results, figures };
  }, [found, rules]);
  const names = new Map([
    ...(rules ?? []).map(one => [one.ruleId, one.name || one.ruleId] as const),
    ...(endpoints.all ?? []).map(one => [one.subscriptionId, nameOfEndpoint(one)] as const),
  ]);
  const isEmpty =
    shown !== null && !rules!.length && !found!.now.triggers.length && !shown.results.length && !endpoints.all?.length;
  return (
    <div class="stack home">
      <div class="head">
        <h1>{kHome.title}</h1>
        <div class="acts">
          <Presets period={period} />
        </div>
      </div>
      {fault && <FaultNote fault={fault} />}
      {!shown && !fault && <p class="loading">{kParts.loading}</p>}
      {isEmpty && <Welcome />}
      {shown && (
        <>
          <dl class="tiles">
            <RevenueTile {...shown.figures} label={kHome.recovered} />
            <RateTile {...shown.figures} label={kHome.rate} none={kHome.noRate} />
            <TimeTile {...shown.figures} label={kHome.time} found={found!} />
            <AddedTile {...shown.figures} label={kHome.added} />
          </dl>
          <div class="cols main-side">
            <div class="stack">
              <TreatedPanel found={found!.now} results={shown.results} />
              <TopRules found={found!.now} results={shown.results} period={query.get('period')} />
              <Endpoints endpoints={endpoints} />
            </div>
            <div class="stack">
              <Attention endpoints={endpoints} rules={rules!} />
              <RightNow endpoints={endpoints} />
              <Changes names={names} />
            </div>
          </div>
        </>
      )}
    </div>
  );
}
