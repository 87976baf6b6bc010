import type { ComponentChildren } from 'preact';

// A part of Home. `closed`: why this role may not see it; then nothing else is shown.
export function Panel({
  id,
  title,
  note,
  side,
  closed = '',
  children,
}: {
  id: string;
  title: string;
  note?: string;
  side?: ComponentChildren;
  closed?: string;
  children: ComponentChildren;
}) {
  return (
    <section class="panel" aria-labelledby={id}>
      <div class="phead">
        <h2 id={id}>{title}</h2>
        {note && <span class="m sm">{note}</span>}
        {!closed && side && <span class="push sm">{side}</span>}
      </div>
      {closed ? <p class="pad closed-part">{closed}</p> : children}
    </section>
  );
}
