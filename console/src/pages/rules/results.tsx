import './results.css';
import { Button } from '../../parts/button.tsx';
import { save } from '../../parts/download.ts';
import { Empty } from '../../parts/empty.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { Instant } from '../../parts/instant.tsx';
import { DayFields, Presets } from '../../parts/period_picker.tsx';
import { useResults, type Counted, type Figures } from './counted.ts';
import { csvOf } from '../../state/csv.ts';
import { number, points, share } from '../../state/format.ts';
import { at, place } from '../../state/place.ts';
import { kParts } from '../../sentences/parts.ts';
import { kResults } from '../../sentences/results.ts';
import { buckets, withoutMixed, type Analytics, type RuleResult } from './analytics.ts';
import { FunnelPanel, WhyPanel } from './results/funnel.tsx';
import { RequestSeries, VariantSeries } from './results/series.tsx';
import { RulesTable, tableOf, VariantsTable } from './results/tables.tsx';
import { ruleReading } from './results/words.ts';
import { RuleTabs } from './tabs.tsx';
import { AddedTile, LiftTile, RateTile, RevenueTile, TimeTile } from './tiles.tsx';

// …/rules/-/results?rule=&period=&from=&to=&series=
export function Results() {
  const { handle, query } = place.value;
  const only = query.get('rule') ?? '';
  const { period, asked: kept, rules, shown, fault } = useResults(only);
  const name = rules?.find(one => one.ruleId === only)?.name || only;
  return (
    <>
      <div class="head">
        <h1>{only ? kResults.resultsOf(name) : kResults.title}</h1>
        <div class="acts">
          <Presets period={period} />
          {shown && (
            <Button onPress={() => exportCsv(handle, only, shown.results, shown.counted.now)}>
              {kResults.exportCsv}
            </Button>
          )}
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
      {shown && (shown.results.length > 0 || (!only && shown.counted.now.triggers.length > 0)) && (
        <Shown {...shown} only={shown.results.find(() => only)} kept={kept} />
      )}
      {shown && !only && !shown.results.length && !shown.counted.now.triggers.length && (
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

const exportCsv = (handle: string, only: string, results: RuleResult[], found: Analytics) =>
  save(`results-${handle}${only && `-${only}`}.csv`, [csvOf(tableOf(results, found))], 'text/csv;charset=utf-8');

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
  kept: Record<string, string>;
}) {
  const found = counted.now;
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
        <TimeTile than={figures.than} label={kResults.time} found={counted} />
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
            <Mixed found={found} of={only} />
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
              <RulesTable results={results} times={times} period={kept} />
            </section>
          )}
          {found.triggers.length > 0 && <RequestSeries found={found} />}
        </>
      )}
      <Notes found={found} />
    </section>
  );
}

// Visitors with two variants: how many there are, and what the lift is without them.
function Mixed({ found, of }: { found: Analytics; of: RuleResult }) {
  const mixed = found.mixed.find(one => one.ruleId === of.ruleId);
  if (!mixed || mixed.visitors + mixed.decisions <= 0) return null;
  const { lift } = ruleReading(withoutMixed(of));
  return (
    <div class="pfoot stack s">
      {mixed.visitors > 0 && <p>{kResults.mixed(mixed.visitors)}</p>}
      {mixed.share !== null && mixed.decisions > 0 && (
        <p>
          {kResults.mixedShare(share(mixed.share))}{' '}
          {lift && kResults.liftWithout(points(lift.difference), points(lift.from), points(lift.to))}
        </p>
      )}
    </div>
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
