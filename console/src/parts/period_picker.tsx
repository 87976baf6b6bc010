import { useState } from 'preact/hooks';
import { isoDay } from '../state/format.ts';
import { kPresets, type Period } from '../state/period.ts';
import { filter } from '../state/place.ts';
import { kPeriods } from '../sentences/periods.ts';
import { Field } from './field.tsx';
import { SegmentLinks } from './segments.tsx';

// The presets as links, so that each can be opened and shared.
export const Presets = ({ period }: { period: Period }) => (
  <SegmentLinks
    label={kPeriods.label}
    value={period.key}
    choices={kPresets.map(key => [key, kPeriods.presets[key]!] as const)}
    filters={key => ({ period: key, from: '', to: '' })}
  />
);

// From a day to another, both included. Days out of order stay in the fields, with what is wrong beside them.
export function DayFields({ period }: { period: Period }) {
  const [typed, setTyped] = useState<{ from: string; to: string } | null>(null);
  const { from, to } = typed ?? period;
  const take = (days: { from: string; to: string }) => {
    if (!days.from || !days.to) return setTyped(days); // one is being typed
    setTyped(null);
    filter({ ...days, period: '' });
  };
  const today = isoDay(Date.now());
  const field = (name: 'from' | 'to', issue?: string) => (
    <Field label={kPeriods[name]} issue={issue}>
      {described => (
        <input
          {...described}
          type="date"
          value={name === 'from' ? from : to}
          max={today}
          onChange={event => take({ from, to, [name]: event.currentTarget.value })}
        />
      )}
    </Field>
  );
  return (
    <div class="row days">
      {field('from')}
      {field('to', period.issue ? kPeriods[period.issue] : undefined)}
    </div>
  );
}
