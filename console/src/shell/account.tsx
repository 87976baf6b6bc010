import { clock, keys, theme, type Clock, type Theme } from '../state/preferences.ts';
import { addressOf, kNoHandle, place } from '../state/place.ts';
import { isAdmin, person } from '../state/sign_in.ts';
import { askFirst } from '../state/unsaved.ts';
import { helpIsOpen } from './help_sheet.tsx';
import { leave } from './signing_in.ts';

function Switch<T extends string>({
  label,
  value,
  choices,
  onChange,
}: {
  label: string;
  value: T;
  choices: readonly [T, string][];
  onChange: (value: T) => void;
}) {
  return (
    <fieldset class="switch">
      <legend>{label}</legend>
      {choices.map(([key, text]) => (
        <label key={key}>
          <input type="radio" name={label} value={key} checked={value === key} onChange={() => onChange(key)} />
          <span>{text}</span>
        </label>
      ))}
    </fieldset>
  );
}

const kClocks: [Clock, string][] = [
  ['local', 'Local'],
  ['utc', 'UTC'],
  ['relative', 'Ago'],
];
const kThemes: [Theme, string][] = [
  ['system', 'Auto'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];

export function Account() {
  return (
    <div class="account">
      <Switch
        label="Time"
        value={clock.value}
        choices={kClocks}
        onChange={value => {
          clock.value = value;
        }}
      />
      <Switch
        label="Theme"
        value={theme.value}
        choices={kThemes}
        onChange={value => {
          theme.value = value;
        }}
      />
      <p class="who">
        <a href={addressOf([place.value.handle || kNoHandle, 'account'])} title={person.value?.subject}>
          {person.value?.subject ?? '…'}
          {isAdmin.value && ', platform admin'}
        </a>
        <button type="button" class="button quiet" onClick={() => askFirst(leave)}>
          Sign out
        </button>
      </p>
      <button
        type="button"
        class="button quiet help"
        onClick={() => {
          helpIsOpen.value = true;
        }}
      >
        Keyboard shortcuts{keys.value === 'on' && <kbd>?</kbd>}
      </button>
    </div>
  );
}
