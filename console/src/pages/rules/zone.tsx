import { Combobox } from '../../parts/combobox.tsx';
import { Field } from '../../parts/field.tsx';
import type { Suggestion } from '../../state/catalog.ts';
import { kRules } from '../../sentences/rules.ts';
import { useForm, type Props } from './form.tsx';
import { Word } from './inline.tsx';

let known: Suggestion[] | undefined;

// All time zones, this browser's first, and that of the visitor.
export function zones(): Suggestion[] {
  const mine = Intl.DateTimeFormat().resolvedOptions().timeZone;
  known ??= [
    { value: 'visitor', note: kRules.editor.fields.visitorZone },
    { value: mine, note: kRules.editor.fields.yourZone },
    ...Intl.supportedValuesOf('timeZone')
      .filter(zone => zone !== mine)
      .map(value => ({ value, note: '' })),
  ];
  return known;
}

// Inside a sentence.
export const Zone = ({ path, label }: Props) => <Word path={path} label={label} suggest={zones()} />;

export function ZoneField({ path, label, hint }: Props) {
  const { at, set, issueAt } = useForm();
  return (
    <Field label={label} hint={hint} issue={issueAt(path)}>
      {field => (
        <Combobox
          id={field.id}
          described={field['aria-describedby']}
          invalid={!!field['aria-invalid']}
          value={String(at(path) ?? '')}
          suggest={zones()}
          onInput={text => set(path, text === '' ? undefined : text)}
        />
      )}
    </Field>
  );
}
