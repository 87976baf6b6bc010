import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

// A native dialog: it traps the focus, returns it, and closes on Escape.
export function Dialog({
  title,
  onClose,
  children,
}: {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const here = useRef<HTMLDialogElement>(null),
    heading = useId();
  useEffect(() => {
    here.current?.showModal();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the browser's own dialog closes on Escape
    <dialog
      ref={here}
      aria-labelledby={heading}
      onClose={onClose}
      onClick={event => {
        if (event.target === here.current) here.current?.close();
      }}
    >
      <div class="dialog">
        <header>
          <h2 id={heading}>{title}</h2>
          <button type="button" class="button quiet" onClick={() => here.current?.close()}>
            Close
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
