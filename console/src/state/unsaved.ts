// Changes of the current view that are not saved. Leaving the view, or the page, asks first.
import { signal } from '@preact/signals';
import { useLayoutEffect } from 'preact/hooks';

export const unsaved = signal(false);
export const leaving = signal<(() => void) | null>(null); // what waits until the user has agreed

// Calls `leave` at once, or if there are unsaved changes, when the user has agreed to discard them.
export function askFirst(leave: () => void) {
  if (unsaved.peek()) leaving.value = leave;
  else leave();
}

export function discard() {
  const leave = leaving.peek();
  leaving.value = null;
  unsaved.value = false;
  leave?.();
}

// Whether the current view has unsaved changes.
export function useUnsaved(has: boolean) {
  useLayoutEffect(() => {
    unsaved.value = has;
    return () => {
      unsaved.value = false;
    };
  }, [has]);
}

// The browser asks in its own words.
addEventListener('beforeunload', event => {
  if (unsaved.peek()) event.preventDefault();
});
