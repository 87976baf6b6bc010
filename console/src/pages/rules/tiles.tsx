// The figures of a period, each against the period before. Used by Home and Results.
import { Spark } from '../../parts/spark.tsx';
import { Tile } from '../../parts/tile.tsx';
import { changeOf, changeOfShare } from '../../state/change.ts';
import type { Counted, Figures } from './counted.ts';
import { money, number, points, share } from '../../state/format.ts';
import { span } from '../../state/instants.ts';
import { kPeriods } from '../../sentences/periods.ts';
import { kResults } from '../../sentences/results.ts';
import type { Rate, Summary } from './analytics.ts';
import { difference, isSure, type Interval } from './lift.ts';

const rateOf = ({ good, all }: Rate) => (all ? good / all : null);
const Spaced = ({ parts }: { parts: string[] }) => (
  <>
    {parts.map((part, index) => (
      <span key={part} class="part">
        {index > 0 && ' · '}
        {part}
      </span>
    ))}
  </>
);

const nothing = (label: string, says: string) => <Tile label={label} figures={[{ value: kResults.none, says }]} />;

export function RateTile({ now, before, steps, than, label, none }: Figures & { label: string; none: string }) {
  const { good, all } = now.recovery,
    rate = rateOf(now.recovery);
  if (rate === null) return nothing(label, none);
  return (
    <Tile
      label={label}
      figures={[
        {
          value: share(rate),
          spark: <Spark label={kResults.spark(label)} values={steps.map(one => rateOf(one.recovery))} tell={share} />,
          says: (
            <Spaced
              parts={[
                kResults.convertedSays(number(good), number(all)),
                changeOfShare(rate, rateOf(before.recovery), than),
              ]}
            />
          ),
        },
      ]}
    />
  );
}

// Why an amount stands without its currency.
const noted = (currency: string) => (currency ? [] : [kResults.setCurrency]);

const valueIn = (summary: Summary, currency: string) =>
  summary.revenue.find(one => one.currency === currency)?.value ?? 0;

// In each currency by itself, since amounts in different ones are not added up.
export function RevenueTile({ now, before, steps, than, label }: Figures & { label: string }) {
  if (!now.revenue.length) return nothing(label, kResults.noRevenue);
  return (
    <Tile
      label={label}
      figures={now.revenue.map(({ currency, value }) => ({
        key: currency,
        value: money(value, currency),
        spark: (
          <Spark
            label={kResults.spark(label)}
            values={steps.map(one => valueIn(one, currency))}
            tell={amount => money(amount, currency)}
          />
        ),
        says: <Spaced parts={[...noted(currency), changeOf(value, valueIn(before, currency), than)]} />,
      }))}
    />
  );
}

const addedIn = (summary: Summary, currency: string) =>
  summary.addedRevenue.find(one => one.currency === currency)?.interval.difference;

export function AddedTile({ now, before, steps, than, label }: Figures & { label: string }) {
  if (!now.addedRevenue.length) return nothing(label, now.withControl ? kResults.noInterval : kResults.noControl);
  return (
    <Tile
      label={label}
      figures={now.addedRevenue.map(({ currency, interval }) => ({
        key: currency,
        value: money(interval.difference, currency),
        spark: (
          <Spark
            label={kResults.spark(label)}
            values={steps.map(one => addedIn(one, currency) ?? null)}
            tell={amount => money(amount, currency)}
          />
        ),
        says: (
          <Spaced
            parts={[
              ...noted(currency),
              kResults.addedSays(money(interval.from, currency), money(interval.to, currency)),
              changeOf(interval.difference, addedIn(before, currency) ?? 0, than),
            ]}
          />
        ),
      }))}
    />
  );
}

const bounds = ({ difference, from, to }: Interval) =>
  [difference, from, to].map(one => number(Math.round(one))) as [string, string, string];

export function LiftTile({ now }: { now: Summary }) {
  const { treated, control } = now.compared;
  const lift = difference(treated, control);
  if (!lift) return nothing(kResults.lift, kResults.noControl);
  return (
    <Tile
      label={kResults.lift}
      figures={[
        {
          value: (
            <>
              {points(lift.difference)}
              <small> {kResults.pointsUnit}</small>
            </>
          ),
          says: (
            <Spaced
              parts={[
                kResults.liftSays(points(lift.from), points(lift.to)),
                isSure(lift) ? kResults.sure : kResults.notSure,
                ...(now.added ? [kResults.incremental(...bounds(now.added))] : []),
              ]}
            />
          ),
        },
      ]}
    />
  );
}

const kSame = 0.02; // medians that differ by less count as equal: the server rounds them by up to 0.8 %

// The median of the seconds from a decision to its conversion, with the conversions that it is of.
export function TimeTile({ than, label, found }: Pick<Figures, 'than'> & { label: string; found: Counted }) {
  const time = found.now.timeToConvert,
    earlier = found.before.timeToConvert.median;
  if (time.median === null) return nothing(label, kResults.noConversion);
  const by = time.median - (earlier ?? 0);
  return (
    <Tile
      label={label}
      figures={[
        {
          value: span(time.median * 1000),
          says: (
            <Spaced
              parts={[
                kResults.ofConversions(time.conversions),
                earlier === null
                  ? kPeriods.noneBefore(than)
                  : Math.abs(by) <= kSame * earlier
                    ? kPeriods.same(than)
                    : (by < 0 ? kPeriods.faster : kPeriods.slower)(span(by * 1000), than),
              ]}
            />
          ),
        },
      ]}
    />
  );
}
