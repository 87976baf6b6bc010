import './tile.css';
import type { ComponentChildren } from 'preact';

export interface Figure {
  key?: string;
  value: ComponentChildren;
  spark?: ComponentChildren; // how it came about, beside it
  says: ComponentChildren; // in words
}

// Figures of one kind, such as revenue in several currencies, with their label.
export const Tile = ({ label, figures }: { label: string; figures: Figure[] }) => (
  <div class="tile">
    <dt>{label}</dt>
    {figures.map(({ key, value, spark, says }) => [
      <dd key={`${key} value`} class="v">
        <span>{value}</span> {spark}
      </dd>,
      <dd key={`${key} words`} class="d">
        {says}
      </dd>,
    ])}
  </div>
);
