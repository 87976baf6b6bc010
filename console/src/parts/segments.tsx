import { addressOf, place, type Filters } from '../state/place.ts';

interface Props<T extends string> {
  label: string; // what is chosen
  shown?: boolean; // the label is seen, not only read out
  value: T;
  choices: readonly (readonly [T, string])[];
  onChange: (value: T) => void;
}

// One of a few, side by side.
export function Segments<T extends string>({ label, shown, value, choices, onChange }: Props<T>) {
  return (
    <fieldset class="segments">
      <legend class={shown ? undefined : 'hide'}>{label}</legend>
      <span class="seg">
        {choices.map(([key, text]) => (
          <label key={key}>
            <input type="radio" name={label} value={key} checked={value === key} onChange={() => onChange(key)} />
            <span>{text}</span>
          </label>
        ))}
      </span>
    </fieldset>
  );
}

interface LinksProps {
  label: string;
  value: string;
  choices: readonly (readonly [string, string])[];
  filters: (value: string) => Filters; // what choosing it changes in the address
  push?: boolean; // to the right end of its row
}

// Likewise as links, so that each can be opened and shared.
export function SegmentLinks({ label, value, choices, filters, push }: LinksProps) {
  const { handle, view, more, query } = place.value;
  return (
    <div class={push ? 'seg push' : 'seg'} role="group" aria-label={label}>
      {choices.map(([key, text]) => (
        <a
          key={key}
          href={addressOf([handle, view, ...more], { ...Object.fromEntries(query), ...filters(key) })}
          aria-current={value === key ? 'true' : undefined}
        >
          {text}
        </a>
      ))}
    </div>
  );
}
