// A duration such as "30m", as a number and a unit.
import { kFields } from '../sentences/fields.ts';

const kUnits = ['s', 'm', 'h', 'd'] as const;

// "30m" as ["30", "m"]. What is no number stays as it was typed, so that it can be seen and corrected.
export function partsOf(duration: string): [string, string] {
  const [, number, unit] = /^(.*)([smhd])$/s.exec(duration) ?? [];
  return unit ? [number!, unit] : [duration, 'm'];
}

export function Duration({
  value,
  onChange,
  label,
  id,
  described,
  invalid,
}: {
  value: string;
  onChange: (value: string) => void; // '' if there is no number
  label: string;
  id?: string;
  described?: string;
  invalid?: boolean;
}) {
  const [number, unit] = partsOf(value);
  return (
    <span class="two">
      <input
        id={id}
        type="text"
        inputMode="numeric"
        size={3}
        value={number}
        autocomplete="off"
        aria-label={id ? undefined : label}
        aria-describedby={described}
        aria-invalid={invalid || undefined}
        onInput={event => {
          const typed = event.currentTarget.value.trim();
          onChange(typed && `${typed}${unit}`);
        }}
      />
      <select
        value={unit}
        aria-label={kFields.unitOf(label)}
        onChange={event => onChange(`${number}${event.currentTarget.value}`)}
      >
        {kUnits.map(one => (
          <option key={one} value={one}>
            {kFields.units[one]}
          </option>
        ))}
      </select>
    </span>
  );
}
