// biome-ignore-all lint/a11y/noRedundantRoles: elements that are displayed as blocks lose their roles
import type { ComponentChildren } from 'preact';
import { kParts } from '../sentences/parts.ts';

export interface Head {
  text: string;
  right?: boolean; // of figures
  hidden?: boolean; // the text is only read out
}

export interface Row {
  key: string;
  cells: ComponentChildren[]; // one for each head; the first is what the row is about, and its link
  actions?: ComponentChildren; // false for none
  selected?: boolean;
}

export type Heads = readonly (string | Head)[];

const headOf = (head: string | Head): Head => (typeof head === 'string' ? { text: head } : head);

export function TableHead({ heads, acts }: { heads: Heads; acts: boolean }) {
  return (
    <thead role="rowgroup">
      <tr role="row">
        {heads.map(headOf).map(({ text, right, hidden }) => (
          <th key={text} role="columnheader" scope="col" class={right ? 'r' : undefined}>
            {hidden ? <span class="hide">{text}</span> : text}
          </th>
        ))}
        {acts && (
          <th role="columnheader" scope="col">
            <span class="hide">{kParts.actions}</span>
          </th>
        )}
      </tr>
    </thead>
  );
}

interface RowProps {
  row: Row;
  heads: Heads;
  acts: boolean;
  index?: number; // its place among all rows, where not all are in the document; from 1, the head included
}

export function TableRow({ row: { cells, actions, selected }, heads, acts, index }: RowProps) {
  return (
    <tr role="row" class={selected ? 'sel' : undefined} aria-rowindex={index} aria-current={selected || undefined}>
      {cells.map((cell, at) => {
        const { text, right, hidden } = headOf(heads[at]!);
        return (
          <td
            key={text}
            role="cell"
            data-l={at && !hidden ? text : undefined}
            class={at ? (right ? 'r' : undefined) : 'lead'}
          >
            {cell}
          </td>
        );
      })}
      {acts && (
        <td role="cell" class={actions ? 'acts' : 'acts no'}>
          {actions}
        </td>
      )}
    </tr>
  );
}

const kFew = 4; // columns that have room in a narrower panel

// A table in a panel; in a narrow one its rows become labelled lists. For lists of any length: parts/long_table.tsx.
export function Table({ label, heads, rows }: { label: string; heads: Heads; rows: Row[] }) {
  const acts = rows.some(one => one.actions);
  return (
    <table class={heads.length > kFew ? 'table' : 'table few'} role="table" aria-label={label}>
      <TableHead heads={heads} acts={acts} />
      <tbody role="rowgroup">
        {rows.map(row => (
          <TableRow key={row.key} row={row} heads={heads} acts={acts} />
        ))}
      </tbody>
    </table>
  );
}
