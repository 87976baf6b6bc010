// The filters of a list: a search field, and chips that open what can be chosen. They live in the URL, so that a link
// shows the same list.
import './filter_bar.css';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { kLists } from '../sentences/lists.ts';
import { useKeys } from '../state/keys.ts';
import { filter, place, refine } from '../state/place.ts';
import { keys } from '../state/preferences.ts';
import { Icon } from './icon.tsx';

const kTyping = 250; // milliseconds of rest before a search

interface SearchProps {
  label: string;
  name?: string; // of the filter in the URL
  maxLength?: number;
  begin?: string; // what it holds at first, where the URL has nothing
  onType?: (text: string) => void;
  onEnter?: (text: string) => void; // instead of searching at once
}

// Searches as one types. `/` leads there.
export function SearchField({ label, name = 'q', maxLength = 257, begin = '', onType, onEnter }: SearchProps) {
  const given = place.value.query.get(name) ?? begin;
  const [text, setText] = useState(given),
    sent = useRef(given),
    field = useRef<HTMLInputElement>(null),
    timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (given === sent.current) return;
    sent.current = given; // the address has changed by another way
    setText(given);
  }, [given]);
  useKeys([{ key: '/', does: kLists.search, run: () => field.current?.focus() }]);
  const say = (value: string) => {
    clearTimeout(timer.current);
    sent.current = value.trim().normalize();
    filter({ [name]: sent.current });
  };
  const type = (value: string) => {
    setText(value);
    onType?.(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => say(value), kTyping);
  };
  return (
    <form
      class="search"
      role="search"
      onSubmit={event => {
        event.preventDefault();
        clearTimeout(timer.current);
        if (onEnter) onEnter(text.trim().normalize());
        else say(text);
      }}
    >
      <Icon name="search" />
      <input
        ref={field}
        type="search"
        aria-label={label}
        placeholder={label}
        value={text}
        maxLength={maxLength}
        spellcheck={false}
        autocomplete="off"
        onInput={event => type(event.currentTarget.value)}
      />
      {keys.value === 'on' && !text && <kbd>/</kbd>}
    </form>
  );
}

interface ChipProps {
  name: string; // what is filtered: "Status"
  value: string; // what is chosen, in words; '' for nothing
  onRemove?: () => void; // none: it is always set
  children: (close: () => void) => ComponentChildren;
}

// A chip that opens what can be chosen; once something is, it says what, and can be removed.
export function FilterChip({ name, value, onRemove, children }: ChipProps) {
  const id = useId(),
    opener = useRef<HTMLButtonElement>(null),
    panel = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  // Once its choices are there.
  useLayoutEffect(() => {
    if (open) panel.current?.querySelector<HTMLElement>('[aria-pressed=true], input, button')?.focus();
  }, [open]);
  const close = () => {
    panel.current?.hidePopover();
    opener.current?.focus();
  };
  return (
    <span class={value ? 'fset' : undefined}>
      <button ref={opener} type="button" class={value ? 'fchip on' : 'fchip'} popovertarget={id} aria-expanded={open}>
        {!value && <Icon name="plus" />}
        {value ? kLists.set(name, value) : name}
      </button>
      {value && onRemove && (
        <button
          type="button"
          class="fchip on fx"
          aria-label={kLists.remove(name)}
          onClick={() => {
            onRemove();
            opener.current?.focus();
          }}
        >
          <Icon name="close" />
        </button>
      )}
      <div
        ref={panel}
        id={id}
        popover="auto"
        class="pop fpop"
        role="group"
        aria-label={name}
        onToggle={event => {
          setOpen((event as unknown as ToggleEvent).newState === 'open');
        }}
      >
        {open && children(close)}
      </div>
    </span>
  );
}

interface ChoiceProps {
  name: string;
  param: string; // of the URL
  choices: readonly (readonly [value: string, says: string])[];
}

export function ChoiceFilter({ name, param, choices }: ChoiceProps) {
  const value = place.value.query.get(param) ?? '';
  const says = choices.find(([one]) => one === value)?.[1] ?? value;
  return (
    <FilterChip name={name} value={says} onRemove={() => refine({ [param]: '' })}>
      {close => (
        <ul class="fchoices">
          {choices.map(([one, text]) => (
            <li key={one}>
              <button
                type="button"
                class="btn flat"
                aria-pressed={one === value}
                onClick={() => {
                  refine({ [param]: one });
                  close();
                }}
              >
                {text}
              </button>
            </li>
          ))}
        </ul>
      )}
    </FilterChip>
  );
}

interface TextProps {
  name: string;
  param: string;
  hint?: string;
  placeholder?: string;
  suggest?: readonly string[];
}

export function TextFilter({ name, param, hint, placeholder, suggest = [] }: TextProps) {
  const value = place.value.query.get(param) ?? '';
  return (
    <FilterChip name={name} value={value} onRemove={() => refine({ [param]: '' })}>
      {close => (
        <TextForm
          {...{ name, hint, placeholder, suggest, value }}
          onDone={text => {
            refine({ [param]: text });
            close();
          }}
        />
      )}
    </FilterChip>
  );
}

interface FormProps extends Omit<TextProps, 'param'> {
  value: string;
  onDone: (text: string) => void;
}

function TextForm({ name, hint, placeholder, suggest = [], value, onDone }: FormProps) {
  const [text, setText] = useState(value),
    id = useId();
  return (
    <form
      class="stack s"
      onSubmit={event => {
        event.preventDefault();
        onDone(text.trim());
      }}
    >
      <div class="field">
        <label for={id}>{name}</label>
        <input
          id={id}
          class="mono"
          value={text}
          placeholder={placeholder}
          list={suggest.length ? `${id}-all` : undefined}
          spellcheck={false}
          autocomplete="off"
          aria-describedby={hint ? `${id}-hint` : undefined}
          onInput={event => setText(event.currentTarget.value)}
        />
        {hint && (
          <p class="hint" id={`${id}-hint`}>
            {hint}
          </p>
        )}
        {suggest.length > 0 && (
          <datalist id={`${id}-all`}>
            {suggest.map(one => (
              <option key={one} value={one} />
            ))}
          </datalist>
        )}
      </div>
      <button type="submit" class="btn">
        {kLists.apply}
      </button>
    </form>
  );
}

// Everything but the search and the filters of another tab is removed by it.
export function ClearFilters({ params }: { params: readonly string[] }) {
  const { query } = place.value;
  if (!params.some(name => query.has(name))) return null;
  return (
    <button type="button" class="btn flat" onClick={() => refine(Object.fromEntries(params.map(name => [name, ''])))}>
      {kLists.clear}
    </button>
  );
}
