import { lazy } from './lazy.tsx';

export interface Series {
  label: string;
  values: (number | null)[];
}
export interface ChartProps {
  label: string;
  times: number[]; // epoch seconds
  series: Series[];
}

const Plot = lazy<ChartProps>(() => import('./plot.tsx').then(file => file.Plot));

// A chart with the same numbers as a table, for those who cannot see the lines.
export function Chart(props: ChartProps) {
  const { label, times, series } = props;
  return (
    <figure class="chart">
      <Plot {...props} />
      <details class="more">
        <summary>Show “{label}” as a table</summary>
        <div class="scroll" tabIndex={0} role="region" aria-label={`${label}, as a table`}>
          <table>
            <thead>
              <tr>
                <th>From</th>
                {series.map(one => (
                  <th key={one.label}>{one.label}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {times.map((time, row) => (
                <tr key={time}>
                  <td>{new Date(time * 1000).toISOString().slice(0, 16).replace('T', ' ')}Z</td>
                  {series.map(one => (
                    <td key={one.label}>{one.values[row] ?? '–'}</td>
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
