// A button that opens a list of further actions. Arrow keys, Home and End move in it. Escape and a click elsewhere
// close it, as the browser does.
import type { ComponentChildren } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { keepBelow } from './below.ts';
import './menu.css';

export interface MenuItem {
  name: string;
  run?: () => void;
  href?: string;
  isDangerous?: boolean;
  closed?: string; // why it cannot be chosen
}

export function Menu({
  label,
  children,
  items,
  kind = 'flat ic',
}: {
  label?: string; // where the content of the button does not say what it is
  children: ComponentChildren;
  items: MenuItem[];
  kind?: string;
}) {
  const id = useId(),
    button = useRef<HTMLButtonElement>(null),
    list = useRef<HTMLUListElement>(null),
    end = useRef<(() => void) | undefined>(undefined);
  const toggled = (event: { newState: string }) => {
    end.current?.();
    const opens = event.newState === 'open';
    end.current = opens ? keepBelow(button.current!, list.current!) : undefined;
    if (opens) actions()[0]?.focus();
  };
  const actions = () => [...list.current!.querySelectorAll<HTMLElement>('a, button')];
  const press = (event: KeyboardEvent) => {
    const all = actions(),
      here = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    all.at(to % all.length)?.focus();
  };
  const openBelow = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown') return;
    event.preventDefault();
    list.current?.showPopover();
  };
  const run = (one: MenuItem) => {
    if (one.closed) return;
    list.current?.hidePopover();
    one.run?.();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        class={`btn ${kind}`}
        popovertarget={id}
        aria-label={label}
        onKeyDown={openBelow}
      >
        {children}
      </button>
      <ul
        ref={list}
        id={id}
        popover="auto"
        class="menu-list"
        onToggle={event => toggled(event as never)}
        onKeyDown={press}
      >
        {items.map(one => (
          <li key={one.name}>
            {one.href ? (
              <a href={one.href} onClick={() => list.current?.hidePopover()}>
                {one.name}
              </a>
            ) : (
              <button
                type="button"
                class={one.isDangerous ? 'del' : undefined}
                aria-disabled={!!one.closed}
                title={one.closed || undefined}
                onClick={() => run(one)}
              >
                {one.name}
              </button>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
