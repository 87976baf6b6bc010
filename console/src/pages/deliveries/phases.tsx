import { kDelivery } from '../../sentences/deliveries.ts';
import type { Attempt } from '../../state/deliveries.ts';
import { took } from '../../state/instants.ts';
import type { Times } from './attempts.tsx';

const kPhases = ['dns', 'connect', 'tls', 'firstByte', 'total'] as const;

// How long each phase of an attempt took: the API has the end of each, from the start.
function durationsOf(times: Times) {
  let from = 0;
  return kPhases.flatMap(phase => {
    const end = times[phase];
    if (typeof end !== 'number') return [];
    const took = Math.max(0, end - from),
      start = from;
    from = Math.max(from, end);
    return [{ phase, start, took }];
  });
}

export function Phases({ attempt: { number, latency } }: { attempt: Attempt }) {
  const times = latency as Times,
    phases = durationsOf(times);
  if (!phases.length) return null;
  const whole = Math.max(times.total ?? 0, ...phases.map(one => one.start + one.took)) || 1;
  const share = (part: number) => `${((100 * part) / whole).toFixed(2)}%`;
  return (
    <section class="panel" aria-labelledby="phases">
      <div class="phead">
        <h2 id="phases">{kDelivery.phases(number)}</h2>
        {typeof times.total === 'number' && <span class="m sm push n">{took(times.total)}</span>}
      </div>
      <ol class="funnel pad">
        {phases.map(({ phase, start, took: lasted }) => (
          <li key={phase}>
            <span>{kDelivery.phase[phase]}</span>
            <svg class="bar" aria-hidden="true">
              <rect x={share(start)} width={share(Math.max(lasted, whole / 200))} height="100%" />
            </svg>
            <span class="n b">{took(lasted)}</span>
            <span />
          </li>
        ))}
      </ol>
    </section>
  );
}
