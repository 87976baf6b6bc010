import { Field } from '../../parts/field.tsx';
import { kSettings } from '../../sentences/settings.ts';

const kUnits = ['s', 'm', 'h', 'd'];

// "30d" as ["30", "d"]. What is no duration is all number, so that it is seen and can be corrected.
function partsOf(text: string): [string, string] {
  const [, number, unit] = /^(\d*)([smhd])$/.exec(text) ?? [];
  return unit ? [number!, unit] : [text, 'd'];
}

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void; // '' if there is no number
  hint?: string;
  issue?: string;
}

// A duration as a number and a unit.
export function DurationField({ label, value, onChange, hint, issue }: Props) {
  const [number, unit] = partsOf(value);
  return (
    <Field label={label} hint={hint} issue={issue}>
      {described => (
        <span class="two">
          <input
            {...described}
            type="text"
            inputMode="numeric"
            autocomplete="off"
            value={number}
            onInput={event => {
              const typed = event.currentTarget.value.trim();
              onChange(typed && `${typed}${unit}`);
            }}
          />
          <select
            value={unit}
            aria-label={kSettings.unit(label)}
            onChange={event => onChange(number && `${number}${event.currentTarget.value}`)}
          >
            {kUnits.map(one => (
              <option key={one} value={one}>
                {kSettings.units[one]}
              </option>
            ))}
          </select>
        </span>
      )}
    </Field>
  );
}
