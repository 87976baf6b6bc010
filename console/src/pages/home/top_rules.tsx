import { Figures } from '../../parts/figures.tsx';
import { Spark } from '../../parts/spark.tsx';
import { number, points } from '../../state/format.ts';
import { at } from '../../state/place.ts';
import { kHome } from '../../sentences/home.ts';
import { kResults } from '../../sentences/results.ts';
import { buckets, type Analytics, type RuleResult } from '../rules/analytics.ts';
import { isSure } from '../rules/lift.ts';
import { Amounts, Converted } from '../rules/results/tables.tsx';
import { ruleReading } from '../rules/results/words.ts';
import { Panel } from './panel.tsx';

const kMost = 5;
const { heads } = kHome;

// Those that have acted most.
export function TopRules({
  found,
  results,
  period,
}: {
  found: Analytics;
  results: RuleResult[];
  period: string | null;
}) {
  const times = buckets(found),
    top = results.filter(one => one.treated.totals.acted > 0).slice(0, kMost);
  return (
    <Panel
      id="top"
      title={kHome.topRules}
      side={<a href={at('rules', ['-', 'results'], { period })}>{kHome.allRules}</a>}
    >
      {top.length ? (
        <Figures
          label={kHome.topRules}
          columns={[
            { head: heads.rule },
            { head: heads.acted, figures: true },
            { head: heads.converted, figures: true },
            { head: heads.lift, figures: true },
            { head: heads.revenue, figures: true },
            { head: heads.trend },
          ]}
          rows={top.map(one => {
            const { totals, points: by } = one.treated;
            return {
              key: one.ruleId,
              cells: [
                <a class="name" href={at('rules', ['-', 'results'], { period, rule: one.ruleId })}>
                  {one.name}
                </a>,
                number(totals.acted),
                one.goal === 'each' ? (
                  number(totals.converted)
                ) : (
                  <Converted count={totals.converted} all={totals.acted} />
                ),
                <Lift of={one} />,
                <Amounts of={totals} />,
                <Spark label={kResults.trendOf(one.name)} values={times.map(time => by.get(time)?.acted ?? 0)} />,
              ],
            };
          })}
        />
      ) : (
        <p class="pad m sm">{kHome.noneActed}</p>
      )}
    </Panel>
  );
}

function Lift({ of }: { of: RuleResult }) {
  const { lift } = ruleReading(of);
  if (!lift) return <>{kHome.none}</>;
  const words = kHome.points(points(lift.difference));
  return isSure(lift) ? <b>{words}</b> : <span class="m">{kHome.notSure(words)}</span>;
}
