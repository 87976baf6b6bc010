import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { kParts } from '../sentences/parts.ts';
import { Button } from './button.tsx';

interface Props {
  title: string;
  beside?: ComponentChildren; // at the right of the title
  children: ComponentChildren; // a table, or what is padded (`pad`)
  more?: (() => void) | null; // loads what the list has beyond
  foot?: ComponentChildren;
}

// A part of a page with its own heading.
export function Panel({ title, beside, children, more, foot }: Props) {
  const id = useId();
  return (
    <section class="panel" aria-labelledby={id}>
      <div class="phead">
        <h2 id={id}>{title}</h2>
        {beside && <span class="push row">{beside}</span>}
      </div>
      {children}
      {(more || foot) && (
        <div class="pfoot">
          {foot}
          {more && <Button onPress={more}>{kParts.showMore}</Button>}
        </div>
      )}
    </section>
  );
}
