// The example of a warning as signals that can be appended. Pure.
import type { components } from '../../api/described.d.ts';

type Witness = Pick<components['schemas']['RuleWarning'], 'witness' | 'at'>;
type NewSignal = components['schemas']['NewSignal'];

// The same signals, as long before `now` as they were before the time at which the example is evaluated.
export function witnessSignals({ witness, at }: Witness, now: number): NewSignal[] {
  const later = now - Date.parse(at);
  return witness.flatMap(({ times = 1, at: seen, ...signal }) =>
    Array.from(
      { length: times },
      () => ({ ...signal, at: new Date(Date.parse(seen) + later).toISOString() }) as NewSignal,
    ),
  );
}
