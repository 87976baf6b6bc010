// biome-ignore-all lint/a11y/noRedundantRoles: elements that are displayed as blocks lose their roles
import type { ComponentChildren } from 'preact';

interface Row {
  key: string;
  cells: ComponentChildren[]; // one for each head
  actions: ComponentChildren; // false for none
}

// A table in a card; in a narrow one its rows become labelled lists.
export function Table({ label, heads, rows }: { label: string; heads: readonly string[]; rows: Row[] }) {
  const acts = rows.some(one => one.actions);
  return (
    <table class="stacks" role="table" aria-label={label}>
      <thead role="rowgroup">
        <tr role="row">
          {heads.map(head => (
            <th key={head} role="columnheader" scope="col">
              {head}
            </th>
          ))}
          {acts && (
            <th role="columnheader" scope="col">
              <span class="visually-hidden">Actions</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map(({ key, cells, actions }) => (
          <tr key={key} role="row">
            {cells.map((cell, index) => (
              <td key={heads[index]} role="cell" data-head={heads[index]}>
                {cell}
              </td>
            ))}
            {acts && (
              <td role="cell" class="acts">
                {actions}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
