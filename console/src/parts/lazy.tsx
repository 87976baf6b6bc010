// A part of the page that is loaded when it is first needed.
import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';

export function lazy<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  const loaded = signal<ComponentType<Props> | null>(null);
  const failed = signal(false);
  let begun = false;
  return function Lazy(props: Props) {
    if (!begun) {
      begun = true;
      load().then(
        part => {
          loaded.value = part;
        },
        () => {
          failed.value = true;
        },
      );
    }
    const Part = loaded.value;
    if (Part) return <Part {...props} />;
    return failed.value ? (
      <p class="note">
        This part of the page could not be loaded. The server may have been updated:{' '}
        <a href={location.href} target="_self">
          reload the page
        </a>
        .
      </p>
    ) : (
      <p class="loading" aria-live="polite">
        Loading…
      </p>
    );
  };
}
