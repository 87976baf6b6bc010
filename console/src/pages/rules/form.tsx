import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { SelectField, TextField } from '../../parts/field.tsx';
import { forLast, kNothingSeen, type Seen, type Suggestion } from '../../state/catalog.ts';
import { pathText, valueAt, withAt, type Json, type Path, type RuleDraft } from './draft.ts';

// The rule that the fields edit, and the server's issues with it.
export interface Form {
  rule: RuleDraft;
  change: (rule: RuleDraft) => void;
  issues: { field: string; issue: string }[];
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
    set: (path: Path, to: Json | undefined) => change((withAt(rule, path, to) ?? {}) as RuleDraft),
    issueAt: (path: Path) => {
      const text = pathText(path);
      return issues.find(({ field }) => field === text)?.issue;
    },
  };
}

interface Props {
  path: Path;
  label: string;
  hint?: string;
  placeholder?: string;
  mono?: boolean;
  suggest?: Suggestion[];
}

export function Text({ path, label, hint, placeholder, mono, suggest }: Props) {
  const { at, set, issueAt } = useForm();
  return (
    <TextField
      label={label}
      hint={hint}
      placeholder={placeholder}
      mono={mono}
      suggest={suggest}
      value={String(at(path) ?? '')}
      issue={issueAt(path)}
      onInput={text => set(path, text === '' ? undefined : text)}
    />
  );
}

// Text that is not a number is kept as typed, so that the server can report what is wrong with it.
const numberOr = (text: string): Json => (text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text);

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
export function Texts({ path, label, hint, placeholder, suggest, always }: Props & { always?: boolean }) {
  const { at, set, issueAt } = useForm();
  const value = at(path);
  const shown = Array.isArray(value) ? value.join(', ') : String(value ?? '');
  const write = (text: string) => {
    const all = text
      .split(',')
      .map((part, index, parts) => (index === parts.length - 1 ? part.trimStart() : part.trim()));
    if (text === '') return set(path, undefined);
    set(path, all.length === 1 && !always ? all[0]! : all);
  };
  return (
    <TextField
      mono
      label={label}
      hint={hint}
      placeholder={placeholder}
      suggest={suggest && forLast(suggest, shown)}
      value={shown}
      issue={issueAt(path)}
      onInput={write}
    />
  );
}

export function Choose({
  path,
  label,
  choices,
  fallback,
}: Props & { choices: readonly (readonly [string, string])[]; fallback: string }) {
  const { at, set, issueAt } = useForm();
  return (
    <SelectField
      label={label}
      value={String(at(path) ?? fallback)}
      choices={choices}
      issue={issueAt(path)}
      onChange={value => set(path, value === '' ? undefined : value)}
    />
  );
}
