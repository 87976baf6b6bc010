import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { kParts } from '../sentences/parts.ts';
import { placeRegion } from '../state/announce.ts';
import { Icon } from './icon.tsx';

interface Props {
  title: string;
  onClose: () => void;
  leave?: (close: () => void) => void; // calls `close` at once or later, where closing would lose something
  children: ComponentChildren;
  kind?: 'dialog' | 'dialog w' | 'sheet'; // w: a wide one; a sheet stands at the right
  actions?: ComponentChildren; // beside the title
}

// A native dialog: it traps the focus, returns it, and closes on Escape and by a click beside it.
export function Dialog({ title, onClose, leave = close => close(), children, kind = 'dialog', actions }: Props) {
  const here = useRef<HTMLDialogElement>(null),
    heading = useId();
  useEffect(() => {
    here.current?.showModal();
    placeRegion();
    return placeRegion;
  }, []);
  const close = () => leave(() => here.current?.close());
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the browser's own dialog closes on Escape
    <dialog
      ref={here}
      class={kind}
      aria-labelledby={heading}
      onClose={onClose}
      onCancel={event => {
        event.preventDefault();
        close();
      }}
      onClick={event => {
        if (event.target === here.current) close();
      }}
    >
      <header>
        <h2 id={heading}>{title}</h2>
        <span class="acts">
          {actions}
          <button type="button" class="btn flat ic" aria-label={kParts.close} title={kParts.close} onClick={close}>
            <Icon name="close" />
          </button>
        </span>
      </header>
      <div class="pad stack s">{children}</div>
    </dialog>
  );
}
