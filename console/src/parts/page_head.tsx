import type { ComponentChildren } from 'preact';

interface Props {
  title: ComponentChildren;
  chip?: ComponentChildren; // its state
  says?: ComponentChildren; // what the title does not say
  children?: ComponentChildren; // actions, at most one of them primary
}

// The head of a page.
export const PageHead = ({ title, chip, says, children }: Props) => (
  <div class="head">
    <h1>{title}</h1>
    {chip}
    {children && <div class="acts">{children}</div>}
    {says && <p>{says}</p>}
  </div>
);
