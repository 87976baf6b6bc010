import './whisker.css';
import { points } from '../state/format.ts';
import { kCharts } from '../sentences/charts.ts';

export interface Range {
  from: number;
  to: number;
}
interface Estimate extends Range {
  difference: number;
}

const kRoom = 0.04; // of the axis, at either end

// One axis for several intervals, with zero on it.
export function axisOf(all: Range[]): Range {
  const from = Math.min(0, ...all.map(one => one.from)),
    to = Math.max(0, ...all.map(one => one.to));
  const room = (to - from || 0.02) * kRoom;
  return { from: from - room, to: to + room };
}

const placeOn =
  ({ from, to }: Range) =>
  (value: number) =>
    `${(((value - from) / (to - from)) * 100).toFixed(2)}%`;

// An interval as a line with its estimate as a dot, hollow where zero is in it.
export function Whisker({ axis, of }: { axis: Range; of: Estimate }) {
  const x = placeOn(axis),
    unsure = of.from <= 0 && of.to >= 0 ? 'ns' : '';
  return (
    <svg class="wh" role="img" aria-label={kCharts.whisker(points(of.difference), points(of.from), points(of.to))}>
      <line class="z" x1={x(0)} x2={x(0)} y1="0" y2="100%" />
      <line class={unsure} x1={x(of.from)} x2={x(of.to)} y1="50%" y2="50%" />
      <circle class={`pt ${unsure}`} cx={x(of.difference)} cy="50%" r="4.5" />
    </svg>
  );
}

// The numbers of the axis: both ends and zero.
export function Axis({ axis }: { axis: Range }) {
  const x = placeOn(axis);
  const room = (axis.to - axis.from) * 0.3; // a mark closer to zero would be written over it
  return (
    <div class="whisker-axis xs m n" aria-hidden="true">
      {-axis.from > room && <span class="least">{points(axis.from)}</span>}
      <span style={{ left: x(0) }}>0</span>
      {axis.to > room && <span class="most">{points(axis.to)}</span>}
    </div>
  );
}
