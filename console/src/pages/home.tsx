import './home.css';
import './rules/results.css';
import { FaultNote } from '../parts/fault_note.tsx';
import { Presets } from '../parts/period_picker.tsx';
import { place } from '../state/place.ts';
import { kHome } from '../sentences/home.ts';
import { kParts } from '../sentences/parts.ts';
import { Attention } from './home/attention.tsx';
import { Changes } from './home/changes.tsx';
import { Endpoints } from './home/endpoints.tsx';
import { nameOfEndpoint, useEndpoints } from './home/endpoint_stats.ts';
import { RightNow } from './home/right_now.tsx';
import { TopRules } from './home/top_rules.tsx';
import { TreatedPanel } from './home/treated.tsx';
import { Welcome } from './home/welcome.tsx';
import { useResults } from './rules/counted.ts';
import { AddedTile, RateTile, RevenueTile, TimeTile } from './rules/tiles.tsx';

// …/home?period=24h|7d|28d: how the handle is doing, and what calls for action.
export function HomePage() {
  const { handle, query } = place.value;
  const { period, rules, shown, fault } = useResults();
  const endpoints = useEndpoints(handle);
  const names = new Map([
    ...(rules ?? []).map(one => [one.ruleId, one.name || one.ruleId] as const),
    ...(endpoints.all ?? []).map(one => [one.subscriptionId, nameOfEndpoint(one)] as const),
  ]);
  const isEmpty =
    shown !== null &&
    !rules!.length &&
    !shown.counted.now.triggers.length &&
    !shown.results.length &&
    !endpoints.all?.length;
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
            <TimeTile than={shown.figures.than} label={kHome.time} found={shown.counted} />
            <AddedTile {...shown.figures} label={kHome.added} />
          </dl>
          <div class="cols main-side">
            <div class="stack">
              <TreatedPanel found={shown.counted.now} results={shown.results} />
              <TopRules found={shown.counted.now} results={shown.results} period={query.get('period')} />
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
