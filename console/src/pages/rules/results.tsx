import './results.css';
import { useMemo } from 'preact/hooks';
import { Button } from '../../parts/button.tsx';
import { save } from '../../parts/download.ts';
import { Empty } from '../../parts/empty.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { Instant } from '../../parts/instant.tsx';
import { DayFields, Presets } from '../../parts/period_picker.tsx';
import { useAnalytics, type Counted } from './counted.ts';
import { csvOf } from '../../state/csv.ts';
import { number } from '../../state/format.ts';
import { useRules } from '../../state/known_rules.ts';
import { periodOf } from '../../state/period.ts';
import { at, place } from '../../state/place.ts';
import { kParts } from '../../sentences/parts.ts';
import { kPeriods } from '../../sentences/periods.ts';
import { kResults } from '../../sentences/results.ts';
import { buckets, resultsOf, summaryOf, type Analytics, type RuleResult } from './analytics.ts';
import { FunnelPanel, WhyPanel } from './results/funnel.tsx';
import { RequestSeries, VariantSeries } from './results/series.tsx';
import { RulesTable, tableOf, VariantsTable } from './results/tables.tsx';
import { RuleTabs } from './tabs.tsx';
import { AddedTile, LiftTile, RateTile, RevenueTile, TimeTile, type Figures } from './tiles.tsx';

// …/rules/-/results?rule=&period=&from=&to=&series=
export function Results() {
  const { handle, query } = place.value;
  const only = query.get('rule') ?? '';
  const days = ['period', 'from', 'to'].map(name => query.get(name) ?? '');
  const period = periodOf(query, Date.now());
  const { found, fault } = useAnalytics(handle, () => periodOf(place.peek().query, Date.now()), only, days);
  const { rules: known } = useRules(handle);
  const shown = useMemo(() => {
    if (!found || !known) return null;
    const results = resultsOf(found.now, known).sort((a, b) => b.treated.totals.acted - a.treated.totals.acted);
    const figures: Figures = {
      now: summaryOf(results),
      before: summaryOf(resultsOf(found.before, known)),
      steps: buckets(found.now).map(time => summaryOf(results, time)),
      than: kPeriods.previous(found.period.key, found.period.until - found.period.since),
    };
    return { results, figures };
  }, [found, known]);
  const name = known?.find(one => one.ruleId === only)?.name || only;
  const kept = { period: days[0], from: days[1], to: days[2] };
  return (
    <>
      <div class="head">
        <h1>{only ? kResults.resultsOf(name) : kResults.title}</h1>
        <div class="acts">
          <Presets period={period} />
          {shown && <Button onPress={() => exportCsv(handle, only, shown.results)}>{kResults.exportCsv}</Button>}
        </div>
        <p>{kResults.lead}</p>
      </div>
      <RuleTabs />
      <div class="row">
        <DayFields period={period} />
        {only && (
          <>
            <a class="btn push" href={at('rules', ['-', 'results'], kept)}>
              {kResults.allRules}
            </a>
            <a class="btn" href={at('rules', [only])}>
              {kResults.edit}
            </a>
          </>
        )}
      </div>
      {fault && <FaultNote fault={fault} />}
      {!shown && !fault && <p class="loading">{kParts.loading}</p>}
      {shown && (shown.results.length > 0 || (!only && found!.now.triggers.length > 0)) && (
        <Shown counted={found!} {...shown} only={shown.results.find(() => only)} kept={kept} />
      )}
      {shown && !only && !shown.results.length && !found!.now.triggers.length && (
        <Empty says={kResults.noRequests}>
          <a class="btn pri" href={at('resolve')}>
            {kResults.resolve}
          </a>
        </Empty>
      )}
      {shown && only && !shown.results.length && <Empty says={kResults.nothingOf(name)} />}
    </>
  );
}

const exportCsv = (handle: string, only: string, results: RuleResult[]) =>
  save(`results-${handle}${only && `-${only}`}.csv`, [csvOf(tableOf(results))], 'text/csv;charset=utf-8');

function Shown({
  counted,
  results,
  figures,
  only,
  kept,
}: {
  counted: Counted;
  results: RuleResult[];
  figures: Figures;
  only: RuleResult | undefined;
  kept: Record<string, string | undefined>;
}) {
  const found = counted.now;
  const mixed = found.mixed.find(one => one.ruleId === only?.ruleId)?.visitors ?? 0;
  const times = buckets(found);
  return (
    <section class="stack" aria-label={only ? kResults.resultsOf(only.name) : kResults.title}>
      <dl class="tiles">
        <RateTile
          {...figures}
          label={kResults.converted}
          none={only?.goal === 'each' ? kResults.eachGoal : kResults.noGoal}
        />
        <LiftTile now={figures.now} />
        <TimeTile {...figures} label={kResults.time} found={counted} />
        <RevenueTile {...figures} label={kResults.revenue} />
        <AddedTile {...figures} label={kResults.added} />
      </dl>
      <div class="cols two">
        <FunnelPanel found={found} results={results} of={only} />
        <WhyPanel found={found} results={results} of={only} />
      </div>
      {only ? (
        <>
          <section class="panel" aria-labelledby="variants">
            <div class="phead">
              <h2 id="variants">{kResults.variants}</h2>
              <span class="m sm">{kResults.variantsUnit}</span>
            </div>
            <VariantsTable of={only} />
            {mixed > 0 && <div class="pfoot">{kResults.mixed(mixed)}</div>}
          </section>
          <VariantSeries found={found} of={only} />
        </>
      ) : (
        <>
          {results.length > 0 && (
            <section class="panel" aria-labelledby="rules">
              <div class="phead">
                <h2 id="rules">{kResults.rulesTitle}</h2>
              </div>
              <RulesTable results={results} times={times} period={kept as Record<string, string>} />
            </section>
          )}
          {found.triggers.length > 0 && <RequestSeries found={found} />}
        </>
      )}
      <Notes found={found} />
    </section>
  );
}

function Notes({ found: { settledUntil, sharedConversions = 0 } }: { found: Analytics }) {
  const [before, after] = kResults.settled('|').split('|');
  return (
    <section class="panel pad stack s sm" aria-labelledby="notes">
      <h2 id="notes">{kResults.notes}</h2>
      {settledUntil && (
        <p>
          {before}
          <Instant at={settledUntil} />
          {after}
        </p>
      )}
      {sharedConversions > 0 && <p>{kResults.shared(number(sharedConversions), sharedConversions === 1)}</p>}
      <p>{kResults.counts}</p>
      <p>{kResults.formulas}</p>
      <p>{kResults.days}</p>
    </section>
  );
}
