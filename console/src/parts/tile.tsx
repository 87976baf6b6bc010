import type { ComponentChildren } from 'preact';

// A figure with its label; `says` puts it into words, `spark` beside it shows how it came about.
export function Tile({
  label,
  value,
  spark,
  says,
}: {
  label: string;
  value: ComponentChildren;
  spark?: ComponentChildren;
  says: ComponentChildren;
}) {
  return (
    <div class="tile">
      <dt>{label}</dt>
      <dd class="v">{value}</dd>
      {spark && <dd>{spark}</dd>}
      <dd class="d">{says}</dd>
    </div>
  );
}
