import './chart.css';
import { useState } from 'preact/hooks';
import { day, hour, number, roundShare, share } from '../state/format.ts';
import { clock } from '../state/preferences.ts';
import { kCharts } from '../sentences/charts.ts';
import { Plot } from './plot.tsx';

export interface Series {
  label: string;
  values: (number | null)[]; // null: there is none, and the line has a gap
  control?: boolean; // the control group has a line of its own
  total?: string; // in the legend, until a place is pointed at: else the last value
}
export interface ChartProps {
  label: string;
  times: number[]; // epoch seconds
  bucket: 'hour' | 'day';
  series: Series[];
  unit?: 'count' | 'share';
  shade?: boolean; // what is between the first series and the second
}

const kLines = 5; // kinds of lines; a sixth series is drawn as the first
const lineOf = (series: Series[], index: number) =>
  series[index]!.control ? 'l0' : `l${(series.slice(0, index).filter(one => !one.control).length % kLines) + 1}`;

// Lines over time, with a legend that has their values, and the same numbers as a table for those who cannot see them.
export function Chart({ label, times, bucket, series, unit = 'count', shade = false }: ChartProps) {
  const [place, setPlace] = useState<number | null>(null);
  const tell = unit === 'share' ? share : number;
  const told = (value: number | null | undefined) =>
    value === null || value === undefined ? kCharts.none : tell(value);
  const when = (at: number) => (bucket === 'day' ? day(at) : hour(at, clock.value === 'utc'));
  const lines = series.map((_, index) => lineOf(series, index));
  const inLegend = (one: Series) => (place === null ? (one.total ?? told(one.values.at(-1))) : told(one.values[place]));
  return (
    <figure class="chart-figure">
      <ul class="legend">
        {series.map((one, index) => (
          <li key={one.label}>
            <svg viewBox="0 0 24 8" aria-hidden="true">
              <path class={lines[index]} d="M0 4h24" />
            </svg>
            {one.label} <b>{inLegend(one)}</b>
          </li>
        ))}
        {place !== null && <li class="push">{kCharts.at(when(times[place]!))}</li>}
      </ul>
      <Plot
        label={kCharts.read(
          label,
          series.map(one => kCharts.value(one.label, one.total ?? told(one.values.at(-1)))),
        )}
        times={times.map(when)}
        series={series.map((one, index) => ({ line: lines[index]!, values: one.values }))}
        mark={unit === 'share' ? roundShare : number}
        whole={unit === 'count'}
        shade={shade}
        place={place}
        onPlace={setPlace}
      />
      <details class="xs m">
        <summary>{kCharts.asTable(label)}</summary>
        <div class="scroll" tabIndex={0} role="region" aria-label={kCharts.ofTable(label)}>
          <table>
            <thead>
              <tr>
                <th scope="col">{kCharts.from}</th>
                {series.map(one => (
                  <th key={one.label} scope="col">
                    {one.label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {times.map((time, row) => (
                <tr key={time}>
                  <td>{new Date(time * 1000).toISOString().slice(0, 16).replace('T', ' ')}Z</td>
                  {series.map(one => (
                    <td key={one.label}>{told(one.values[row])}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}
