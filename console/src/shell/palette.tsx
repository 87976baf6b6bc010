import './palette.css';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import { kPalette } from '../sentences/palette.ts';
import { announce } from '../state/announce.ts';
import { go, place } from '../state/place.ts';
import { useSettled } from '../state/settled.ts';
import { paletteIsOpen } from './opened.ts';
import { findPeople, readObjects, search, type Entry, type Objects } from './palette/entries.ts';

const kTyping = 200; // milliseconds of rest before people are looked up

const { keys: kKeys } = kPalette;

// A field that finds pages, objects and actions; all of it by keyboard.
export function Palette() {
  const { handle } = place.value;
  const here = useRef<HTMLDialogElement>(null),
    list = useRef<HTMLDivElement>(null),
    id = useId();
  const [text, setText] = useState(''),
    [at, setAt] = useState(0),
    [objects, setObjects] = useState<Objects>({ rules: [], endpoints: [] }),
    [people, setPeople] = useState<Entry[]>([]);
  const query = text.trim().normalize(),
    settled = useSettled(query, kTyping);
  const groups = search(query, objects, people);
  const all = groups.flatMap(({ entries }) => entries),
    chosen = all[Math.min(at, all.length - 1)];

  useEffect(() => {
    here.current?.showModal();
    void readObjects(handle).then(setObjects);
  }, []);
  useEffect(() => {
    let current = true;
    void findPeople(handle, settled).then(found => {
      if (current) setPeople(found);
    });
    return () => {
      current = false;
    };
  }, [settled]);
  useEffect(() => {
    if (settled) announce(all.length ? kPalette.found(all.length) : kPalette.none(settled));
  }, [settled, all.length]);
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [chosen?.id]);

  // Closed first: the dialog gives the focus back, and the page that opens takes it.
  const take = ({ href, run }: Entry, apart: boolean) => {
    if (href && apart) {
      open(href, '_blank');
      return;
    }
    here.current?.close();
    if (href) go(href);
    else run?.();
  };
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && all.length) {
      event.preventDefault();
      setAt((Math.min(at, all.length - 1) + step + all.length) % all.length);
    }
    if (event.key === 'Enter' && chosen) {
      event.preventDefault();
      take(chosen, event.ctrlKey || event.metaKey);
    }
  };
  const optionId = (entry: Entry) => `${id}-${all.indexOf(entry)}`;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the browser's own dialog closes on Escape
    <dialog
      ref={here}
      class="dialog pal"
      aria-label={kPalette.title}
      onClose={() => {
        paletteIsOpen.value = false;
      }}
      onClick={event => {
        if (event.target === here.current) here.current?.close();
      }}
    >
      <input
        role="combobox"
        aria-label={kPalette.title}
        aria-expanded={all.length > 0}
        aria-controls={`${id}-all`}
        aria-activedescendant={chosen ? optionId(chosen) : undefined}
        aria-autocomplete="list"
        placeholder={kPalette.placeholder}
        maxLength={257}
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={event => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={press}
      />
      <div id={`${id}-all`} role="listbox" aria-label={kPalette.results} tabIndex={-1} ref={list}>
        {groups.map(({ title, entries }) => (
          <div key={title} role="group" aria-label={title}>
            <h3 role="presentation">{title}</h3>
            {entries.map(entry => (
              // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus and names the option
              // biome-ignore lint/a11y/useKeyWithClickEvents: Enter in the field
              <div
                key={entry.id}
                id={optionId(entry)}
                role="option"
                aria-selected={entry === chosen}
                onClick={event => take(entry, event.ctrlKey || event.metaKey)}
              >
                <Icon name={entry.icon} />
                <span title={entry.title}>{entry.title}</span>
                {entry.note && (
                  <span class="push m sm" title={entry.note}>
                    {entry.note}
                  </span>
                )}
              </div>
            ))}
          </div>
        ))}
      </div>
      {!all.length && <p class="pad m wrap">{kPalette.none(query)}</p>}
      <p class="pfoot">
        <span>
          <kbd>{kKeys.up}</kbd> <kbd>{kKeys.down}</kbd> {kPalette.move}
        </span>
        <span>
          <kbd>{kKeys.enter}</kbd> {kPalette.open}
        </span>
        <span>
          <kbd>{kKeys.tab}</kbd> {kPalette.newTab}
        </span>
        <span>
          <kbd>{kKeys.escape}</kbd> {kPalette.close}
        </span>
      </p>
    </dialog>
  );
}
