import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { clock, theme } from '../state/preferences.ts';
import type { ChartProps } from './chart.tsx';

const kHeight = 220;
const kHour = 3600,
  kDay = 86_400;
const kHours = [1, 2, 3, 4, 6, 12, 24, 48, 168].map(count => count * kHour),
  kDays = [1, 2, 7, 14, 28, 84].map(count => count * kDay);
const kCounts = [1, 2, 5]
  .flatMap(first => [0, 1, 2, 3, 4, 5, 6].map(power => first * 10 ** power))
  .sort((a, b) => a - b);
const two = (count: number) => String(count).padStart(2, '0');
const dayOf = (at: Date) => `${two(at.getMonth() + 1)}-${two(at.getDate())}`,
  hourOf = (at: Date) => `${two(at.getHours())}:${two(at.getMinutes())}`;
const kColours = ['--accent', '--info', '--warn', '--good', '--bad'];
const kDashes = [[], [6, 4], [2, 3], [10, 4, 2, 4], [1, 5]]; // so that lines are told apart without their colour

export function Plot({ label, times, series }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const here = place.current!,
      styles = getComputedStyle(here);
    const colour = (name: string) => {
      const probe = document.createElement('i');
      probe.style.color = `var(${name})`;
      here.append(probe);
      const found = getComputedStyle(probe).color;
      probe.remove();
      return found;
    };
    const axis = {
      stroke: colour('--quiet'),
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { show: false },
      font: `12px ${styles.fontFamily}`,
    };
    const dateOf = (at: number) =>
      clock.peek() === 'utc' ? uPlot.tzDate(new Date(at * 1000), 'Etc/UTC') : new Date(at * 1000);
    const byDay = times.length > 1 && times[1]! - times[0]! >= kDay;
    const named = (at: Date) => (byDay || (!at.getHours() && !at.getMinutes()) ? dayOf(at) : hourOf(at));
    const last = times.length - 1;
    const plot = new uPlot(
      {
        width: here.clientWidth,
        height: kHeight,
        tzDate: dateOf,
        series: [
          {
            label: 'From',
            value: (_, at) => (at === null ? '' : `${dayOf(dateOf(at))} ${hourOf(dateOf(at))}`),
          },
          ...series.map((one, index) => ({
            label: one.label,
            stroke: colour(kColours[index % kColours.length]!),
            dash: kDashes[index % kDashes.length],
            width: 2,
            points: {
              show: times.length < 40,
              // A dot for each zero hides the line.
              filter: (_: uPlot, __: number, show: boolean) =>
                show ? times.flatMap((___, row) => (one.values[row] ? [row] : [])) : null,
            },
          })),
        ],
        axes: [
          {
            ...axis,
            size: 32,
            incrs: byDay ? kDays : kHours,
            values: (_, marks) => marks.map(at => named(dateOf(at))),
          },
          { ...axis, size: 44, incrs: kCounts },
        ],
        // Without a pointer, the legend has the newest values.
        hooks: { setCursor: [self => self.cursor.idx == null && self.setLegend({ idx: last })] },
        scales: { y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } },
        legend: {
          markers: {
            dash: (_, index) =>
              kDashes[(index - 1) % kDashes.length]!.length ? (index % 2 ? 'dotted' : 'dashed') : 'solid',
            width: 2,
          },
        },
        cursor: { drag: { x: false, y: false } },
      },
      [times, ...series.map(one => one.values)] as uPlot.AlignedData,
      here,
    );
    plot.setLegend({ idx: last });
    plot.root.querySelector('canvas')?.setAttribute('aria-hidden', 'true');
    const sizes = new ResizeObserver(() => plot.setSize({ width: here.clientWidth, height: kHeight }));
    sizes.observe(here);
    return () => {
      sizes.disconnect();
      plot.destroy();
    };
  }, [times, series, theme.value, clock.value]);
  return <div class="plot" ref={place} role="img" aria-label={`Chart: ${label}`} />;
}
