// The figures of a period, each against the period before. Used by Home and Results.
import { Spark } from '../../parts/spark.tsx';
import { Tile } from '../../parts/tile.tsx';
import { changeOf, changeOfShare } from '../../state/change.ts';
import type { Counted } from './counted.ts';
import { money, number, points, share } from '../../state/format.ts';
import { span } from '../../state/instants.ts';
import { kPeriods } from '../../sentences/periods.ts';
import { kResults } from '../../sentences/results.ts';
import type { Rate, Summary } from './analytics.ts';
import { difference, isSure } from './lift.ts';

export interface Figures {
  now: Summary;
  before: Summary | null; // null while it is loaded
  steps: Summary[]; // bucket by bucket
  than: string; // "the previous 7 days"
}

const rateOf = ({ good, all }: Rate) => (all ? good / all : null);
const Spaced = ({ parts }: { parts: (string | false | undefined)[] }) => (
  <>
    {parts.filter(Boolean).map((part, index) => (
      <span key={part} class="part">
        {index > 0 && ' · '}
        {part}
      </span>
    ))}
  </>
);

export function RateTile({ now, before, steps, than, label, none }: Figures & { label: string; none: string }) {
  const { good, all } = now.recovery,
    rate = rateOf(now.recovery);
  return (
    <Tile
      label={label}
      value={rate === null ? kResults.none : share(rate)}
      spark={<Spark label={kResults.spark(label)} values={steps.map(one => rateOf(one.recovery))} tell={share} />}
      says={
        rate === null ? (
          none
        ) : (
          <Spaced
            parts={[
              kResults.convertedSays(number(good), number(all)),
              before !== null && changeOfShare(rate, rateOf(before.recovery), than),
            ]}
          />
        )
      }
    />
  );
}

const valueIn = (summary: Summary | null, currency: string) =>
  summary?.revenue.find(one => one.currency === currency)?.value ?? 0;

// One for each currency, since amounts in different ones are not added up.
export function RevenueTiles({ now, before, steps, than, label }: Figures & { label: string }) {
  if (!now.revenue.length) return <Tile label={label} value={kResults.none} says={kResults.noRevenue} />;
  return (
    <>
      {now.revenue.map(({ currency, value }) => (
        <Tile
          key={currency}
          label={label}
          value={money(value, currency)}
          spark={
            <Spark
              label={kResults.spark(label)}
              values={steps.map(one => valueIn(one, currency))}
              tell={amount => money(amount, currency)}
            />
          }
          says={before && changeOf(value, valueIn(before, currency), than)}
        />
      ))}
    </>
  );
}

export function AddedTiles({ now, before, steps, than, label }: Figures & { label: string }) {
  if (!now.addedRevenue.length)
    return (
      <Tile label={label} value={kResults.none} says={now.withControl ? kResults.noInterval : kResults.noControl} />
    );
  const addedIn = (summary: Summary | null, currency: string) =>
    summary?.addedRevenue.find(one => one.currency === currency)?.interval.difference;
  return (
    <>
      {now.addedRevenue.map(({ currency, interval }) => {
        const earlier = addedIn(before, currency);
        return (
          <Tile
            key={currency}
            label={label}
            value={money(interval.difference, currency)}
            spark={
              <Spark
                label={kResults.spark(label)}
                values={steps.map(one => addedIn(one, currency) ?? null)}
                tell={amount => money(amount, currency)}
              />
            }
            says={
              <Spaced
                parts={[
                  kResults.addedSays(money(interval.from, currency), money(interval.to, currency)),
                  before !== null && changeOf(interval.difference, earlier ?? 0, than),
                ]}
              />
            }
          />
        );
      })}
    </>
  );
}

export function LiftTile({ now }: { now: Summary }) {
  const { treated, control } = now.compared;
  const lift = difference(treated, control);
  if (!lift) return <Tile label={kResults.lift} value={kResults.none} says={kResults.noControl} />;
  return (
    <Tile
      label={kResults.lift}
      value={
        <>
          {points(lift.difference)}
          <small> {kResults.pointsUnit}</small>
        </>
      }
      says={
        <Spaced
          parts={[
            kResults.liftSays(points(lift.from), points(lift.to)),
            isSure(lift) ? kResults.sure : kResults.notSure,
          ]}
        />
      }
    />
  );
}

const kSame = 0.02; // medians that differ by less are told as equal: the server rounds them by up to 0.8 %

// The median of the seconds from a decision to its conversion, with the conversions that it is of.
export function TimeTile({ steps, than, label, found }: Figures & { label: string; found: Counted }) {
  const time = found.now.timeToConvert,
    earlier = found.before.timeToConvert?.median ?? null;
  if (!time || time.median === null) return <Tile label={label} value={kResults.none} says={kResults.noConversion} />;
  const by = time.median - (earlier ?? 0);
  return (
    <Tile
      label={label}
      value={span(time.median * 1000)}
      spark={<Spark label={kResults.conversionsSpark} values={steps.map(one => one.counts.converted)} />}
      says={
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
      }
    />
  );
}
