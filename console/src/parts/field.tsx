import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { Icon } from './icon.tsx';
import { Ticked } from './ticked.tsx';

interface Described {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': boolean | undefined;
}

export interface FieldProps {
  label: string;
  hint?: ComponentChildren;
  issue?: string; // what is wrong with the value
  good?: string;
  children: (field: Described) => ComponentChildren;
}

export function Field({ label, hint, issue, good, children }: FieldProps) {
  const id = useId(),
    told = `${id}-told`;
  const tells = !!(hint || issue || good);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, 'aria-describedby': tells ? told : undefined, 'aria-invalid': issue ? true : undefined })}
      {tells && (
        <div class="told" id={told}>
          {issue ? (
            <p class="err">
              <Icon name="alert" />
              <span>
                <Ticked text={issue} />
              </span>
            </p>
          ) : good ? (
            <p class="ok">{good}</p>
          ) : null}
          {hint && <p class="hint">{hint}</p>}
        </div>
      )}
    </div>
  );
}

interface TextProps extends Omit<FieldProps, 'children'> {
  value: string;
  onInput: (value: string) => void;
  onLeave?: () => void;
  type?: 'text' | 'url' | 'email' | 'password' | 'datetime-local' | 'number';
  placeholder?: string;
  autocomplete?: string;
  mono?: boolean;
  lines?: number;
  list?: string;
  suggest?: { value: string; note: string }[]; // `note` stands beside the value
}

export function TextField({
  value,
  onInput,
  onLeave,
  type = 'text',
  placeholder,
  autocomplete = 'off',
  mono,
  lines,
  list,
  suggest = [],
  ...field
}: TextProps) {
  const suggested = useId();
  return (
    <Field {...field}>
      {described => {
        const common = {
          ...described,
          value,
          placeholder,
          class: mono ? 'mono' : undefined,
          spellcheck: false,
          onBlur: onLeave,
          onInput: (event: Event) => onInput((event.target as HTMLInputElement).value),
        };
        return lines ? (
          <textarea {...common} rows={lines} />
        ) : (
          <>
            <input
              {...common}
              type={type as 'text'}
              autocomplete={autocomplete}
              list={suggest.length ? suggested : list}
            />
            {suggest.length > 0 && (
              <datalist id={suggested}>
                {suggest.map(one => (
                  <option key={one.value} value={one.value}>
                    {one.note}
                  </option>
                ))}
              </datalist>
            )}
          </>
        );
      }}
    </Field>
  );
}

interface SelectProps extends Omit<FieldProps, 'children'> {
  value: string;
  choices: readonly (readonly [string, string])[];
  onChange: (value: string) => void;
}

export function SelectField({ value, choices, onChange, ...field }: SelectProps) {
  return (
    <Field {...field}>
      {described => (
        <select {...described} value={value} onChange={event => onChange(event.currentTarget.value)}>
          {choices.map(([key, text]) => (
            <option key={key} value={key}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
