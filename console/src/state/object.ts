// The object that a view shows (a rule, a person, a delivery), by the name that people know it by: for the title of the
// document and the last crumb.
import { signal } from '@preact/signals';
import { useLayoutEffect } from 'preact/hooks';

export const object = signal('');

export function useObject(name: string | undefined | null) {
  useLayoutEffect(() => {
    object.value = name ?? '';
    return () => {
      object.value = '';
    };
  }, [name]);
}
