// Fields inside a sentence. Their names are for those who cannot see the words around them.
import { Combobox } from '../../parts/combobox.tsx';
import { Duration } from '../../parts/duration.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Ticked } from '../../parts/ticked.tsx';
import type { Suggestion } from '../../state/catalog.ts';
import { pathText, type Json, type Path } from './draft.ts';
import { listText, numberOr, textsIn, useForm } from './form.tsx';

// The id of what is wrong with a field, below its sentence.
const errorOf = (path: Path) => `wrong-${pathText(path).replace(/[^\w]/g, '-')}`;

function useField(path: Path) {
  const { at, set, issueAt } = useForm();
  const wrong = issueAt(path) !== undefined;
  return {
    value: at(path),
    set: (to: Json | undefined) => set(path, to),
    wrong,
    described: wrong ? errorOf(path) : undefined,
  };
}

interface Props {
  path: Path;
  label: string;
}

export function Pick({
  label,
  value,
  choices,
  onChange,
}: {
  label: string;
  value: string;
  choices: readonly (readonly [string, string])[];
  onChange: (value: string) => void;
}) {
  return (
    <select aria-label={label} value={value} onChange={event => onChange(event.currentTarget.value)}>
      {choices.map(([key, text]) => (
        <option key={key} value={key}>
          {text}
        </option>
      ))}
    </select>
  );
}

interface WordProps extends Props {
  suggest?: Suggestion[];
  placeholder?: string;
  several?: boolean; // one text, or a list separated by commas
  always?: boolean; // a list even of one
  onText?: (value: Json | undefined) => void; // instead of setting the value
  value?: string; // instead of that at the path
}

export function Word({ path, label, suggest = [], placeholder, several, always, onText, value: shown }: WordProps) {
  const { value, set, wrong, described } = useField(path);
  const write = (text: string) => (onText ?? set)(several ? textsIn(text, always) : text === '' ? undefined : text);
  return (
    <Combobox
      {...{ label, suggest, placeholder, several, described }}
      invalid={wrong}
      value={shown ?? listText(value)}
      onInput={write}
    />
  );
}

export function Num({ path, label }: Props) {
  const { value, set, wrong, described } = useField(path);
  return (
    <input
      type="text"
      inputMode="decimal"
      size={3}
      autocomplete="off"
      aria-label={label}
      aria-describedby={described}
      aria-invalid={wrong || undefined}
      value={String(value ?? '')}
      onInput={event => set(numberOr(event.currentTarget.value))}
    />
  );
}

export function Span({ path, label }: Props) {
  const { value, set, wrong, described } = useField(path);
  return <Duration {...{ label, described }} invalid={wrong} value={String(value ?? '')} onChange={set} />;
}

// An instant, in the time of this browser.
const two = (part: number) => String(part).padStart(2, '0');
export function localOf(instant: Json | undefined): string {
  const at = new Date(String(instant ?? ''));
  if (Number.isNaN(at.getTime())) return '';
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const seconds = at.getSeconds() ? `:${two(at.getSeconds())}` : '';
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}${seconds}`;
}
export function instantOf(local: string): string | undefined {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString().replace('.000Z', 'Z');
}

export function Moment({ path, label }: Props) {
  const { value, set, wrong, described } = useField(path);
  return (
    <input
      type="datetime-local"
      aria-label={label}
      aria-describedby={described}
      aria-invalid={wrong || undefined}
      value={localOf(value)}
      onInput={event => set(instantOf(event.currentTarget.value) ?? '')}
    />
  );
}

// What is wrong in a sentence, below it; with `own`, only with the value itself.
export function Wrong({ path, own }: { path: Path; own?: boolean }) {
  const { issuesIn } = useForm();
  const all = issuesIn(path).filter(({ field }) => !own || field === pathText(path));
  return (
    <>
      {all.map(({ field, issue }) => (
        <p key={field} class="err" id={`wrong-${field.replace(/[^\w]/g, '-')}`}>
          <Icon name="alert" />
          <span>
            <Ticked text={issue} />
          </span>
        </p>
      ))}
    </>
  );
}

// Moves the focus to the first field of what was just added there, or to the button that stands for what was removed.
export const focusSoon = (find: () => HTMLElement | null | undefined) => requestAnimationFrame(() => find()?.focus());
