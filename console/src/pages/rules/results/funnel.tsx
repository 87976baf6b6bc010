import { Funnel, type Step } from '../../../parts/funnel.tsx';
import { number, percent } from '../../../state/format.ts';
import { kResults } from '../../../sentences/results.ts';
import { askedOf, heldBackOf, type Analytics, type RuleResult } from '../analytics.ts';

const { steps } = kResults;

// From the requests to the conversions, of one rule or of all.
export function FunnelPanel({ found, results, of }: { found: Analytics; results: RuleResult[]; of?: RuleResult }) {
  const asked = askedOf(found, of),
    all = of ? [of] : results;
  const total = (name: 'acted' | 'shown' | 'clicked' | 'converted') =>
    all.reduce((sum, one) => sum + one.treated.totals[name], 0);
  const counts: [string, number][] = [
    [steps.asked, asked],
    [steps.acted, total('acted')],
    [steps.shown, total('shown')],
    [steps.clicked, total('clicked')],
    [steps.converted, total('converted')],
  ];
  const most = Math.max(1, ...counts.map(([, count]) => count));
  return (
    <section class="panel" aria-labelledby="funnel">
      <div class="phead">
        <h2 id="funnel">{kResults.funnel}</h2>
        <span class="m sm">{kResults.funnelUnit}</span>
      </div>
      <Funnel
        label={kResults.funnel}
        steps={counts.map(([label, count], index) => ({
          label,
          count: number(count),
          part: count / most,
          share: index ? percent(count, counts[index - 1]![1]) : '',
        }))}
      />
      <div class="pfoot">
        <span>{kResults.stepOfBefore}</span> <span>{kResults.askedIs}</span>
      </div>
    </section>
  );
}

// Of the requests at which it did not act.
export function WhyPanel({ found, results, of }: { found: Analytics; results: RuleResult[]; of?: RuleResult }) {
  const all = of ? [of] : results;
  const acted = all.reduce((sum, one) => sum + one.treated.totals.acted, 0),
    heldOut = all.reduce((sum, one) => sum + (one.control?.totals.heldOut ?? 0), 0);
  const not = Math.max(0, askedOf(found, of) - acted);
  const held = all
    .map(one => heldBackOf(one.treated.totals))
    .reduce(
      (sum, one) => ({
        limit: sum.limit + one.limit,
        hours: sum.hours + one.hours,
        render: sum.render + one.render,
        other: sum.other + one.other,
      }),
      { limit: 0, hours: 0, render: 0, other: 0 },
    );
  const reasons = Object.entries(held).filter(([, times]) => times > 0),
    suppressed = reasons.reduce((sum, [, times]) => sum + times, 0);
  // A rule that is held back is skipped, and another may act: over all rules it is no part of what did not act.
  const parts: [string, number][] = [
    [kResults.whyControl, heldOut],
    ...(of ? reasons.map(([reason, times]) => [kResults.whyHeld(reason), times] as [string, number]) : []),
    [of ? kResults.whyElse : kResults.whyElseAll, Math.max(0, not - heldOut - (of ? suppressed : 0))],
  ];
  const shown: Step[] = parts
    .filter(([, count]) => count > 0)
    .map(([label, count]) => ({
      label,
      count: number(count),
      part: count / Math.max(1, not),
      share: percent(count, not),
    }));
  return (
    <section class="panel" aria-labelledby="why">
      <div class="phead">
        <h2 id="why">{kResults.why}</h2>
        <span class="m sm">{kResults.whyUnit(number(not))}</span>
      </div>
      {shown.length ? <Funnel label={kResults.why} steps={shown} quiet /> : <p class="pad m">{kResults.whyNone}</p>}
      {suppressed > 0 && (
        <div class="pfoot">
          <span>{kResults.heldBack(suppressed, reasons)}</span>
          {!of && <span>{kResults.heldBackAll}</span>}
        </div>
      )}
    </section>
  );
}
