// A part of the page that is loaded when it is first needed.
import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { kParts } from '../sentences/parts.ts';
import { Callout } from './callout.tsx';

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
      <Callout tone="warn">
        <p>
          {kParts.notLoaded}{' '}
          <a href={location.href} target="_self">
            {kParts.reload}
          </a>
          .
        </p>
      </Callout>
    ) : (
      <p class="loading">{kParts.loading}</p>
    );
  };
}
