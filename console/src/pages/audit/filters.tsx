import { TextField } from '../../parts/field.tsx';

export interface Filters {
  actor: string;
  action: string;
  target: string;
  since: string; // by this browser's clock
  until: string;
}
export const kNone: Filters = { actor: '', action: '', target: '', since: '', until: '' };

export const isAny = (filters: Filters) => Object.values(filters).some(Boolean);

// As the API takes them.
export function given(filters: Filters) {
  const instant = (text: string) => (text ? new Date(text).toISOString() : undefined);
  const { actor, action, target, since, until } = filters;
  return {
    actor: actor.trim() || undefined,
    action: action.trim() || undefined,
    target: target.trim() || undefined,
    since: instant(since),
    until: instant(until),
  };
}

interface Props {
  filters: Filters;
  onChange: (filters: Filters) => void;
}

export function FilterFields({ filters, onChange }: Props) {
  const field = (name: keyof Filters) => ({
    value: filters[name],
    onInput: (value: string) => onChange({ ...filters, [name]: value }),
  });
  return (
    <form class="card columns" aria-label="Filters">
      <TextField label="Who" placeholder="ada@example.com" {...field('actor')} />
      <TextField label="What" mono placeholder="rule.put" hint="rule. finds all that begin so." {...field('action')} />
      <TextField label="Target" mono {...field('target')} />
      <TextField label="From" type="datetime-local" {...field('since')} />
      <TextField label="Until" type="datetime-local" {...field('until')} />
    </form>
  );
}
