import { marksOf, scaleTo } from './scale.ts';

interface Line {
  line: string; // the class that draws it
  values: (number | null)[];
}
interface Props {
  label: string;
  times: string[]; // in words
  series: Line[];
  mark: (value: number) => string; // at the axis
  whole: boolean; // values are counts
  shade: boolean;
  place: number | null; // the time that is pointed at
  onPlace: (place: number | null) => void;
}

const kWidth = 1000,
  kHeight = 200;

// The lines stretch with the page; what is to be read is text beside them, which does not.
export function Plot({ label, times, series, mark, whole, shade, place, onPlace }: Props) {
  const scale = scaleTo(Math.max(0, ...series.flatMap(one => one.values.map(value => value ?? 0))), whole);
  const most = scale.at(-1)!,
    steps = Math.max(1, times.length - 1);
  const x = (index: number) => (times.length > 1 ? (index / steps) * kWidth : kWidth / 2);
  const y = (value: number) => kHeight - (Math.max(0, value) / most) * kHeight;
  const pointed = (event: PointerEvent) => {
    const { left, width } = (event.currentTarget as Element).getBoundingClientRect();
    onPlace(Math.min(times.length - 1, Math.max(0, Math.round(((event.clientX - left) / width) * steps))));
  };
  return (
    <div class="chart">
      <div class="y" aria-hidden="true">
        {scale.toReversed().map(value => (
          <span key={value}>{mark(value)}</span>
        ))}
      </div>
      <svg
        class="plot"
        viewBox={`0 0 ${kWidth} ${kHeight}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
        onPointerMove={pointed}
        onPointerLeave={() => onPlace(null)}
      >
        <rect class="ground" width={kWidth} height={kHeight} />
        {scale.map(value => (
          <path key={value} class="gl" d={`M0 ${y(value)}h${kWidth}`} />
        ))}
        {shade && series.length > 1 && <path class="area" d={between(series[0]!, series[1]!, x, y)} />}
        {place !== null && <path class="mk" d={`M${x(place)} 0v${kHeight}`} />}
        {series.toReversed().map(one => (
          <g key={one.line} class={one.line}>
            <path d={pathOf(one.values, x, y)} />
            <path class="alone" d={dotsOf(one.values, x, y)} />
          </g>
        ))}
      </svg>
      <div class="x" aria-hidden="true">
        {marksOf(times.length).map(index => (
          <span
            key={index}
            class={x(index) === 0 ? 'first' : x(index) === kWidth ? 'last' : ''}
            style={{ left: `${x(index) / 10}%` }}
          >
            {times[index]}
          </span>
        ))}
      </div>
    </div>
  );
}

type On = (value: number) => number;

const isAlone = (values: (number | null)[], index: number) =>
  (values[index - 1] ?? null) === null && (values[index + 1] ?? null) === null;

function pathOf(values: (number | null)[], x: On, y: On): string {
  return values
    .map((value, index) => {
      if (value === null || isAlone(values, index)) return '';
      return `${(values[index - 1] ?? null) === null ? 'M' : 'L'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    })
    .join('');
}

// A value between two gaps is a dot: a line of no length with round ends.
const dotsOf = (values: (number | null)[], x: On, y: On) =>
  values
    .map((value, index) =>
      value !== null && isAlone(values, index) ? `M${x(index).toFixed(1)} ${y(value).toFixed(1)}h0.01` : '',
    )
    .join('');

// Where both have values.
function between(one: Line, two: Line, x: On, y: On): string {
  const both = one.values.flatMap((value, index) =>
    value === null || (two.values[index] ?? null) === null ? [] : [index],
  );
  if (both.length < 2) return '';
  const point = (index: number, of: Line) => `${x(index).toFixed(1)} ${y(of.values[index]!).toFixed(1)}`;
  const over = both.map(index => point(index, one)),
    back = both.toReversed().map(index => point(index, two));
  return `M${[...over, ...back].join('L')}z`;
}
