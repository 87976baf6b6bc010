import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { ComboboxField } from '../../parts/combobox.tsx';
import { Duration } from '../../parts/duration.tsx';
import { Field, SelectField, TextField } from '../../parts/field.tsx';
import { kNothingSeen, type Seen, type Suggestion } from '../../state/catalog.ts';
import { pathText, valueAt, withAt, type Issue, type Json, type Path, type RuleDraft } from './draft.ts';

// The rule that the fields edit, and what is wrong with it.
export interface Form {
  rule: RuleDraft;
  change: (rule: RuleDraft, at: Path) => void;
  issues: Issue[];
}
export const FormOf = createContext<Form>(null!);

// What the handle has seen, for suggestions.
export const SeenIn = createContext<Seen>(kNothingSeen);
export const useSeen = () => useContext(SeenIn);

export function useForm() {
  const { rule, change, issues } = useContext(FormOf);
  return {
    rule,
    at: (path: Path) => valueAt(rule, path),
    set: (path: Path, to: Json | undefined) => change((withAt(rule, path, to) ?? {}) as RuleDraft, path),
    issueAt: (path: Path) => {
      const text = pathText(path);
      return issues.find(({ field }) => field === text)?.issue;
    },
    // Of the value at `path` and of all that is in it.
    issuesIn: (path: Path) => {
      const text = pathText(path);
      return issues.filter(
        ({ field }) => field === text || field.startsWith(`${text}.`) || field.startsWith(`${text}[`),
      );
    },
  };
}

export interface Props {
  path: Path;
  label: string;
  hint?: string;
  placeholder?: string;
  mono?: boolean;
  suggest?: Suggestion[];
}

export function Text({ path, label, hint, placeholder, mono, suggest }: Props) {
  const { at, set, issueAt } = useForm();
  const value = String(at(path) ?? '');
  const write = (text: string) => set(path, text === '' ? undefined : text);
  if (!suggest)
    return <TextField {...{ label, hint, placeholder, mono, value }} issue={issueAt(path)} onInput={write} />;
  return (
    <ComboboxField {...{ label, hint, placeholder, mono, value, suggest }} issue={issueAt(path)} onInput={write} />
  );
}

// Text that is not a number is kept as typed, so that the server can report what is wrong with it.
export const numberOr = (text: string): Json =>
  text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;

export function Amount({ path, label, hint, placeholder }: Props) {
  const { at, set, issueAt } = useForm();
  return (
    <TextField
      label={label}
      hint={hint}
      placeholder={placeholder}
      value={String(at(path) ?? '')}
      issue={issueAt(path)}
      onInput={text => set(path, text === '' ? undefined : numberOr(text))}
    />
  );
}

// One text or several, separated by commas.
export const listText = (value: Json | undefined) => (Array.isArray(value) ? value.join(', ') : String(value ?? ''));
export function textsIn(text: string, always = false): Json | undefined {
  if (text === '') return undefined;
  const all = text
    .split(',')
    .map((part, index, parts) => (index === parts.length - 1 ? part.trimStart() : part.trim()));
  return all.length === 1 && !always ? all[0]! : all;
}

export function Texts({ path, label, hint, placeholder, suggest = [], always }: Props & { always?: boolean }) {
  const { at, set, issueAt } = useForm();
  return (
    <ComboboxField
      several
      mono
      {...{ label, hint, placeholder, suggest }}
      value={listText(at(path))}
      issue={issueAt(path)}
      onInput={text => set(path, textsIn(text, always))}
    />
  );
}

type Choices = readonly (readonly [string, string])[];
export const choicesOf = (words: { [value: string]: string }): Choices => Object.entries(words);

export function Choose({ path, label, hint, choices, fallback }: Props & { choices: Choices; fallback: string }) {
  const { at, set, issueAt } = useForm();
  return (
    <SelectField
      label={label}
      hint={hint}
      value={String(at(path) ?? fallback)}
      choices={choices}
      issue={issueAt(path)}
      onChange={value => set(path, value === '' ? undefined : value)}
    />
  );
}

export function Wait({ path, label, hint }: Props) {
  const { at, set, issueAt } = useForm();
  return (
    <Field label={label} hint={hint} issue={issueAt(path)}>
      {field => (
        <Duration
          id={field.id}
          label={label}
          described={field['aria-describedby']}
          invalid={!!field['aria-invalid']}
          value={String(at(path) ?? '')}
          onChange={text => set(path, text === '' ? undefined : text)}
        />
      )}
    </Field>
  );
}
