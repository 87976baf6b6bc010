import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { clock, theme } from '../state/preferences.ts';
import type { ChartProps } from './chart.tsx';

const kHeight = 220;
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
    const plot = new uPlot(
      {
        width: here.clientWidth,
        height: kHeight,
        tzDate: clock.peek() === 'utc' ? at => uPlot.tzDate(new Date(at * 1000), 'Etc/UTC') : at => new Date(at * 1000),
        series: [
          {},
          ...series.map((one, index) => ({
            label: one.label,
            stroke: colour(kColours[index % kColours.length]!),
            dash: kDashes[index % kDashes.length],
            width: 2,
            points: { show: times.length < 40 },
          })),
        ],
        axes: [axis, { ...axis, size: 44 }],
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
