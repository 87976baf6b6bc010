import { number } from '../state/format.ts';
import { kCharts } from '../sentences/charts.ts';

const kWidth = 88,
  kHeight = 28,
  kRoom = 3; // above and below the line

// A small line without axes; nothing if there are fewer than two values. `tell` puts a value in words, for those who
// cannot see the line.
export function Spark({
  label,
  values,
  tell = number,
}: {
  label: string;
  values: (number | null)[];
  tell?: (value: number) => string;
}) {
  const known = values.map(value => value ?? 0);
  if (known.length < 2) return null;
  const most = Math.max(...known, 0),
    least = Math.min(...known, 0);
  const y = (value: number) =>
    most === least ? kHeight - kRoom : kRoom + ((most - value) / (most - least)) * (kHeight - 2 * kRoom);
  const line = known
    .map((value, index) => `${((index / (known.length - 1)) * kWidth).toFixed(1)} ${y(value).toFixed(1)}`)
    .join('L');
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${kWidth} ${kHeight}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={kCharts.spark(label, tell(known[0]!), tell(known.at(-1)!))}
    >
      <path class="a" d={`M0 ${kHeight}L${line}L${kWidth} ${kHeight}z`} />
      <path d={`M${line}`} />
    </svg>
  );
}
