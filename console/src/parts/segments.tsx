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
