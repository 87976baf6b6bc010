// biome-ignore-all lint/a11y/noNoninteractiveElementToInteractiveRole: a list of options, as the pattern has it
// biome-ignore-all lint/a11y/useFocusableInteractive: the focus stays in the field
// A text field with suggestions: a combobox with a list of options, by the pattern of the ARIA guide. What is typed is
// kept, whether or not it is suggested. Arrow keys move in the list, Enter takes an option, Escape closes the list.
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Suggestion } from '../state/catalog.ts';
import { optionsFor } from '../state/options.ts';
import { kFields } from '../sentences/fields.ts';
import { keepBelow } from './below.ts';
import { Field, type FieldProps } from './field.tsx';
import './combobox.css';

interface Props {
  value: string;
  onInput: (value: string) => void;
  suggest: Suggestion[];
  several?: boolean; // values separated by commas: the last one is completed
  label?: string; // where no <label> names it
  id?: string;
  described?: string;
  invalid?: boolean;
  placeholder?: string;
  mono?: boolean;
  required?: boolean;
}

export function Combobox({
  value,
  onInput,
  suggest,
  several,
  label,
  id,
  described,
  invalid,
  placeholder,
  mono,
  required,
}: Props) {
  const here = useRef<HTMLInputElement>(null),
    list = useRef<HTMLUListElement>(null),
    name = useId();
  const [opened, setOpen] = useState<'' | 'typed' | 'asked'>(''),
    [at, setAt] = useState(-1);
  const isOpen = opened !== '';
  const options = isOpen ? optionsFor(suggest, value, several, opened === 'asked') : [];
  const shown = options.length > 0;
  useLayoutEffect(() => {
    if (!shown) return;
    list.current!.showPopover();
    return keepBelow(here.current!, list.current!);
  }, [shown]);
  useLayoutEffect(() => {
    if (at >= 0) list.current?.children[at]?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  const close = () => {
    setOpen('');
    setAt(-1);
  };
  const take = (one: Suggestion) => {
    const before = several ? value.slice(0, value.lastIndexOf(',') + 1) : '';
    onInput(before ? `${before} ${one.value}` : one.value);
    close();
    here.current?.focus();
  };
  const press = (event: KeyboardEvent) => {
    const { key } = event;
    const step = key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0;
    if (step) {
      event.preventDefault();
      setOpen(opened || 'asked');
      const count = isOpen ? options.length : optionsFor(suggest, value, several, true).length;
      if (count) setAt(isOpen ? (at + step + count + (at < 0 && step < 0 ? 1 : 0)) % count : step > 0 ? 0 : count - 1);
    } else if (key === 'Enter' && shown && options[at] && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      take(options[at]);
    } else if (key === 'Escape' && shown) {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  };
  return (
    <>
      <input
        ref={here}
        id={id}
        type="text"
        role="combobox"
        class={mono ? 'mono' : undefined}
        value={value}
        placeholder={placeholder}
        required={required}
        autocomplete="off"
        spellcheck={false}
        aria-label={label}
        aria-describedby={described}
        aria-invalid={invalid || undefined}
        aria-autocomplete="list"
        aria-expanded={shown}
        aria-controls={shown ? name : undefined}
        aria-activedescendant={shown && at >= 0 ? `${name}-${at}` : undefined}
        onInput={event => {
          setOpen('typed');
          setAt(-1);
          onInput(event.currentTarget.value);
        }}
        onPointerDown={() => setOpen('asked')}
        onBlur={close}
        onKeyDown={press}
      />
      {shown && (
        <ul
          ref={list}
          id={name}
          popover="manual"
          role="listbox"
          class="sugg"
          aria-label={kFields.suggestions}
          onPointerDown={event => event.preventDefault()} // the field keeps the focus
        >
          {options.map((one, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys
            <li
              key={one.value}
              id={`${name}-${index}`}
              role="option"
              aria-selected={index === at}
              onClick={() => take(one)}
            >
              <span class="wrap">{one.value}</span>
              {one.note && <span class="push xs n">{one.note}</span>}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

type ComboboxFieldProps = Omit<FieldProps, 'children'> & Omit<Props, 'label' | 'id' | 'described' | 'invalid'>;

// One with a label, a hint, and what is wrong with its value.
export const ComboboxField = ({ label, hint, issue, good, ...combobox }: ComboboxFieldProps) => (
  <Field {...{ label, hint, issue, good }}>
    {field => (
      <Combobox {...combobox} id={field.id} described={field['aria-describedby']} invalid={field['aria-invalid']} />
    )}
  </Field>
);
