import { Chart, type Series } from '../../../parts/chart.tsx';
import { SegmentLinks } from '../../../parts/segments.tsx';
import { number, share } from '../../../state/format.ts';
import { place } from '../../../state/place.ts';
import { kResults } from '../../../sentences/results.ts';
import { buckets, shownVariants, type Analytics, type Counts, type Group, type RuleResult } from '../analytics.ts';
import { decisionsOf, nameOf } from './words.ts';

const kSeries = ['acted', 'rate'] as const;
const rate = (good: number, all: number) => (all > 0 ? good / all : null);

// A rule's variants over time: their decisions, or the share of them that converted.
export function VariantSeries({ found, of }: { found: Analytics; of: RuleResult }) {
  const what = of.goal === 'once' && place.value.query.get('series') === 'rate' ? 'rate' : 'acted';
  const times = buckets(found);
  const title = kResults.seriesTitle(kResults.series[what]!, kResults.per[found.bucket]!);
  const series = shownVariants(of.variants).map((one): Series => {
    const all = (counts: Counts | undefined) => (counts ? (one.holdout ? counts.heldOut : counts.acted) : 0);
    return {
      label: nameOf(one),
      control: one.holdout,
      total:
        what === 'acted'
          ? number(decisionsOf(one))
          : decisionsOf(one) > 0
            ? share(one.totals.converted / decisionsOf(one))
            : undefined,
      values: times.map(time => {
        const counts = one.points.get(time);
        return what === 'rate' ? rate(counts?.converted ?? 0, all(counts)) : all(counts);
      }),
    };
  });
  return (
    <section class="panel" aria-labelledby="series">
      <div class="phead">
        <h2 id="series">{title}</h2>
        {of.goal === 'once' && (
          <SegmentLinks
            push
            label={kResults.seriesLabel}
            value={what}
            choices={kSeries.map(one => [one, kResults.series[one]!] as const)}
            filters={one => ({ series: one })}
          />
        )}
      </div>
      <div class="pad">
        <Chart
          label={title}
          times={times}
          bucket={found.bucket}
          series={series}
          unit={what === 'rate' ? 'share' : 'count'}
        />
      </div>
    </section>
  );
}

const kMostTriggers = 5;

export function RequestSeries({ found }: { found: Analytics }) {
  const times = buckets(found);
  const series = found.triggers
    .toSorted((a, b) => b.asked - a.asked)
    .slice(0, kMostTriggers)
    .map(one => {
      const counts = new Map(one.points.map(point => [Date.parse(point.at) / 1000, point.asked]));
      return {
        label: one.trigger ?? kResults.otherTriggers,
        total: number(one.asked),
        values: times.map(time => counts.get(time) ?? 0),
      };
    });
  return (
    <section class="panel" aria-labelledby="requests">
      <div class="phead">
        <h2 id="requests">{kResults.requests}</h2>
      </div>
      <div class="pad">
        <Chart
          label={kResults.requestsPer(kResults.per[found.bucket]!)}
          times={times}
          bucket={found.bucket}
          series={series}
        />
      </div>
    </section>
  );
}

// The share of decisions that converted, where a rule acted and in the control groups, of the rules that have one.
export function TreatedChart({ label, found, results }: { label: string; found: Analytics; results: RuleResult[] }) {
  const times = buckets(found);
  const tested = results.filter(one => one.goal === 'once' && one.control);
  const total = (groups: (Group | null)[], of: 'acted' | 'heldOut', at?: number) => {
    const all = groups.flatMap(one => (at === undefined ? one?.totals : one?.points.get(at)) ?? []);
    return rate(
      all.reduce((sum, one) => sum + one.converted, 0),
      all.reduce((sum, one) => sum + one[of], 0),
    );
  };
  const lineOf = (name: string, groups: (Group | null)[], of: 'acted' | 'heldOut'): Series => {
    const all = total(groups, of);
    return {
      label: name,
      control: of === 'heldOut',
      total: all === null ? undefined : share(all),
      values: times.map(time => total(groups, of, time)),
    };
  };
  return (
    <Chart
      label={label}
      times={times}
      bucket={found.bucket}
      unit="share"
      shade
      series={[
        lineOf(
          kResults.treated,
          tested.map(one => one.treated),
          'acted',
        ),
        lineOf(
          kResults.control,
          tested.map(one => one.control),
          'heldOut',
        ),
      ]}
    />
  );
}
