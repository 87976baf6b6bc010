import { Figures } from '../../../parts/figures.tsx';
import { Spark } from '../../../parts/spark.tsx';
import { Axis, axisOf, Whisker } from '../../../parts/whisker.tsx';
import { money, number, percent } from '../../../state/format.ts';
import { at } from '../../../state/place.ts';
import type { Cell } from '../../../state/csv.ts';
import { kResults } from '../../../sentences/results.ts';
import { amountsIn, shownVariants, type Analytics, type Counts, type RuleResult } from '../analytics.ts';
import { decisionsOf, liftOf, nameOf, readingOf, ruleReading, type Reading } from './words.ts';

const { csv, heads } = kResults;

export const Amounts = ({ of }: { of: Counts }) => {
  const all = amountsIn(of);
  if (!all.length) return <>{kResults.none}</>;
  return (
    <>
      {all.map(({ currency, value }) => (
        <span key={currency} class="amount">
          {money(value, currency)} {!currency && <span class="m xs">{kResults.noCurrency} </span>}
        </span>
      ))}
    </>
  );
};
// In each currency the sum, and what it comes to per decision.
const Revenue = ({ of, all }: { of: Counts; all: number }) => {
  const amounts = amountsIn(of);
  if (!amounts.length) return <>{kResults.none}</>;
  return (
    <>
      {amounts.map(({ currency, value }) => (
        <div key={currency}>
          <span class="amount">{money(value, currency)}</span>{' '}
          {!currency && <span class="m xs">{kResults.noCurrency} </span>}
          {all > 0 && <div class="m xs">{kResults.perDecision(money(value / all, currency))}</div>}
        </div>
      ))}
    </>
  );
};
export const Converted = ({ count, all }: { count: number; all: number }) => (
  <span class="amount">{kResults.convertedOf(number(count), percent(count, all))}</span>
);
const Reads = ({ reading: { tone, words } }: { reading: Reading }) => <span class={`chip wraps ${tone}`}>{words}</span>;

export function VariantsTable({ of }: { of: RuleResult }) {
  const variants = shownVariants(of.variants);
  const readings = variants.map(one => readingOf(one, of));
  const axis = axisOf(readings.flatMap(one => one.lift ?? []));
  return (
    <Figures
      label={kResults.variantsOf(of.name)}
      columns={[
        { head: heads.variant },
        { head: heads.acted, figures: true },
        { head: heads.shown, figures: true },
        { head: heads.clicked, figures: true },
        { head: heads.dismissed, figures: true },
        { head: heads.converted, figures: true },
        { head: heads.revenue, figures: true },
        { head: heads.lift },
      ]}
      rows={variants.map((one, index) => {
        const all = decisionsOf(one),
          { totals, holdout } = one,
          reading = readings[index]!;
        return {
          key: nameOf(one),
          cells: [
            <b class="name">{nameOf(one)}</b>,
            number(all),
            holdout ? kResults.none : number(totals.shown),
            holdout ? kResults.none : number(totals.clicked),
            holdout ? kResults.none : number(totals.dismissed),
            of.goal === 'each' ? number(totals.converted) : <Converted count={totals.converted} all={all} />,
            <Revenue of={totals} all={all} />,
            <div class="stack s lift">
              {reading.lift && <Whisker axis={axis} of={reading.lift} />}
              {holdout && readings.some(other => other.lift) && <Axis axis={axis} />}
              <div>
                <Reads reading={reading} />
              </div>
            </div>,
          ],
        };
      })}
    />
  );
}

export function RulesTable({
  results,
  times,
  period,
}: {
  results: RuleResult[];
  times: number[];
  period: Record<string, string>;
}) {
  return (
    <Figures
      label={kResults.rulesTitle}
      columns={[
        { head: heads.rule },
        { head: heads.acted, figures: true },
        { head: heads.shown, figures: true },
        { head: heads.clicked, figures: true },
        { head: heads.converted, figures: true },
        { head: heads.revenue, figures: true },
        { head: heads.lift, figures: true },
        { head: heads.reading },
        { head: heads.trend },
      ]}
      rows={results.map(one => {
        const { totals, points: by } = one.treated,
          reading = ruleReading(one);
        return {
          key: one.ruleId,
          cells: [
            <a class="name" href={at('rules', ['-', 'results'], { ...period, rule: one.ruleId })}>
              {one.name}
            </a>,
            number(totals.acted),
            number(totals.shown),
            number(totals.clicked),
            one.goal === 'each' ? number(totals.converted) : <Converted count={totals.converted} all={totals.acted} />,
            <Amounts of={totals} />,
            liftOf(reading),
            <Reads reading={reading} />,
            <Spark label={kResults.trendOf(one.name)} values={times.map(time => by.get(time)?.acted ?? 0)} />,
          ],
        };
      })}
    />
  );
}

const plain = (value: number, digits: number) => Number(value.toFixed(digits));

// Every variant of every rule in the period, as numbers: what the tables show, without their signs.
export function tableOf(results: RuleResult[], { since, until }: Pick<Analytics, 'since' | 'until'>): Cell[][] {
  const currencies = [
    ...new Set(
      results.flatMap(one => one.variants.flatMap(({ totals }) => amountsIn(totals).map(two => two.currency))),
    ),
  ].sort();
  const head = [
    csv.since,
    csv.until,
    csv.ruleId,
    heads.rule,
    heads.variant,
    heads.acted,
    heads.shown,
    heads.clicked,
    heads.dismissed,
    heads.converted,
    csv.rate,
    ...currencies.map(csv.revenue),
    csv.lift,
    csv.from,
    csv.to,
    heads.reading,
  ];
  const rows = results.flatMap(of =>
    shownVariants(of.variants).map(one => {
      const all = decisionsOf(one),
        { totals } = one,
        { lift, words } = readingOf(one, of);
      const amounts = amountsIn(totals);
      const inPoints = (rate: number | undefined) => (rate === undefined ? null : plain(rate * 100, 1));
      return [
        since,
        until,
        of.ruleId,
        of.name,
        nameOf(one),
        all,
        totals.shown,
        totals.clicked,
        totals.dismissed,
        totals.converted,
        all && of.goal !== 'each' ? plain((totals.converted / all) * 100, 1) : null,
        ...currencies.map(currency => amounts.find(two => two.currency === currency)?.value ?? 0),
        inPoints(lift?.difference),
        inPoints(lift?.from),
        inPoints(lift?.to),
        words,
      ];
    }),
  );
  return [head, ...rows];
}
