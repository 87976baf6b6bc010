// A button that opens a list of further actions. Escape and a click elsewhere close it, as the browser does.
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
    end.current = event.newState === 'open' ? keepBelow(button.current!, list.current!) : undefined;
  };
  const run = (one: MenuItem) => {
    if (one.closed) return;
    list.current?.hidePopover();
    one.run?.();
  };
  return (
    <>
      <button ref={button} type="button" class={`btn ${kind}`} popovertarget={id} aria-label={label}>
        {children}
      </button>
      <ul ref={list} id={id} popover="auto" class="menu-list" onToggle={event => toggled(event as never)}>
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
