// biome-ignore-all lint/a11y/noRedundantRoles: elements that are displayed as blocks lose their roles
import type { ComponentChildren } from 'preact';

export interface Column {
  head: string;
  figures?: boolean; // set to the right
}

const kFew = 6; // columns that have room in a narrower panel

// A table of numbers in a panel. The first cell of a row names it; in a narrow panel rows become labelled lists.
export function Figures({
  label,
  columns,
  rows,
}: {
  label: string;
  columns: Column[];
  rows: { key: string; cells: ComponentChildren[] }[];
}) {
  return (
    <table class={columns.length > kFew ? 'table' : 'table few'} role="table" aria-label={label}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ head, figures }) => (
            <th key={head} role="columnheader" scope="col" class={figures ? 'r' : undefined}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map(({ key, cells }) => (
          <tr key={key} role="row">
            {cells.map((cell, index) => {
              const { head, figures } = columns[index]!;
              return (
                <td
                  key={head}
                  role="cell"
                  class={index === 0 ? 'lead' : figures ? 'r' : undefined}
                  data-l={index ? head : undefined}
                >
                  {cell}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
