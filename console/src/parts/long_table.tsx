// biome-ignore-all lint/a11y/noRedundantRoles: elements that are displayed as blocks lose their roles
// biome-ignore-all lint/a11y/noAriaHiddenOnFocusable: a row has no focus
// A table of any length: only the rows near the viewport are in the document. j and k move between rows, Enter opens
// one; in a narrow place the rows become labelled lists.
import './long_table.css';
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { kLists } from '../sentences/lists.ts';
import { useKeys } from '../state/keys.ts';
import { sliceOf, type Slice } from '../state/visible.ts';

export interface Column<T> {
  head: string;
  width: string; // a share of the table's: "20%"
  right?: boolean;
  cell: (item: T) => ComponentChildren; // null for nothing: left out where rows are stacked
}

interface Props<T> {
  label: string;
  lead: { head: string; width: string; cell: (item: T) => ComponentChildren; more?: (item: T) => ComponentChildren };
  columns: readonly Column<T>[];
  items: readonly T[];
  idOf: (item: T) => string;
  link?: (item: T) => string; // where a row leads to
  onOpen?: (item: T) => void; // on a plain click, instead of following the link
  selected?: string; // the id of the row that is open
  active?: { current: T | null }; // gets the row that has the focus, or had it last
  onEnd?: () => void; // near the end of the items, to load more
}

const kAround = 8; // rows kept on either side of the viewport
const kFew = 3; // columns besides the first that have room in a narrower panel
const kGuess = 52; // pixels of a row before one was measured

// What is cut says its whole text on hover.
function sayWhole(row: HTMLElement) {
  for (const one of row.querySelectorAll<HTMLElement>('td, td :not(svg, svg *)'))
    if (!one.title && one.scrollWidth > one.clientWidth && one.clientWidth) one.title = one.textContent;
}

export function LongTable<T>({ label, lead, columns, items, idOf, link, onOpen, selected, active, onEnd }: Props<T>) {
  const here = useRef<HTMLTableElement>(null),
    body = useRef<HTMLTableSectionElement>(null);
  const known = useRef({ by: new Map<string, number>(), width: 0 }), // measured heights by id, at a width
    heights = useRef<{ of: readonly T[]; all: Float64Array } | null>(null);
  const [slice, setSlice] = useState<Slice>({ from: 0, to: Math.min(items.length, 30), before: 0, after: 0 });

  const heightsNow = () => {
    if (heights.current?.of === items) return heights.current.all;
    const { by } = known.current;
    let sum = 0;
    for (const height of by.values()) sum += height;
    const usual = by.size ? sum / by.size : kGuess;
    const all = Float64Array.from(items, item => by.get(idOf(item)) ?? usual);
    heights.current = { of: items, all };
    return all;
  };
  const measure = () => {
    const width = here.current!.clientWidth,
      { by } = known.current;
    if (width !== known.current.width) {
      known.current = { by: new Map(), width };
      heights.current = null;
    }
    for (const row of body.current!.querySelectorAll<HTMLTableRowElement>('tr[data-id]')) {
      sayWhole(row);
      const id = row.dataset.id!,
        height = row.getBoundingClientRect().height;
      if (!height || known.current.by.get(id) === height) continue;
      known.current.by.set(id, height);
      heights.current = null;
    }
    if (by.size > 4 * items.length + 1000) by.clear();
  };
  const atRow = useRef<string | null>(null); // the id of the row that has the focus, or had it last
  const reach = (id: string | undefined) => {
    atRow.current = id ?? null;
    if (active) active.current = items.find(item => idOf(item) === id) ?? null;
  };
  // Steps asked for by keys and not made: where a key is held down, they come faster than rows are drawn. Those at an
  // end of the list are dropped.
  const steps = useRef(0);
  const step = () => {
    while (steps.current) {
      const by = Math.sign(steps.current);
      const rows = [...body.current!.querySelectorAll<HTMLTableRowElement>('tr[data-id]')];
      const from = rows.findIndex(row => row.dataset.id === atRow.current);
      const next = from < 0 ? rows.find(row => row.getBoundingClientRect().bottom > 120) : rows[from + by];
      if (!next) {
        const end = items.at(by > 0 ? -1 : 0);
        if (!end || idOf(end) === atRow.current) steps.current = 0;
        return;
      }
      steps.current -= by;
      next.querySelector<HTMLElement>('.rowlink')?.focus({ preventScroll: true });
      next.scrollIntoView({ block: 'nearest' });
    }
  };
  const look = () => {
    if (!here.current) return; // it has gone
    measure();
    step();
    const { top } = body.current!.getBoundingClientRect();
    const next = sliceOf(heightsNow(), -top, innerHeight - top, kAround);
    setSlice(now =>
      now.from === next.from && now.to === next.to && now.before === next.before && now.after === next.after
        ? now
        : next,
    );
    if (next.to >= items.length) onEnd?.();
  };
  useLayoutEffect(look, [items, slice]);
  const current = useRef({ look, step });
  current.current = { look, step };
  useEffect(() => {
    let frame = 0;
    const soon = () => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        current.current.look();
      });
    };
    const sizes = new ResizeObserver(soon);
    sizes.observe(here.current!);
    addEventListener('scroll', soon, { passive: true, capture: true });
    addEventListener('resize', soon);
    return () => {
      cancelAnimationFrame(frame);
      sizes.disconnect();
      removeEventListener('scroll', soon, { capture: true });
      removeEventListener('resize', soon);
    };
  }, []);

  const move = (by: 1 | -1) => {
    steps.current += by;
    current.current.step();
  };
  useKeys([
    { key: 'j', does: kLists.nextRow, run: () => move(1) },
    { key: 'k', does: kLists.previousRow, run: () => move(-1) },
  ]);

  const press = (event: MouseEvent, item: T) => {
    if (!onOpen || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    onOpen(item);
  };
  const { from, before, after } = slice,
    to = Math.min(slice.to, items.length);
  const gap = (height: number) =>
    height > 0 && (
      <tr class="gap" aria-hidden="true">
        <td colSpan={columns.length + 1} style={{ height: `${height}px` }} />
      </tr>
    );
  return (
    <table
      ref={here}
      class={columns.length > kFew ? 'table long' : 'table long few'}
      role="table"
      aria-label={label}
      aria-rowcount={items.length + 1}
    >
      <colgroup>
        <col style={{ width: lead.width }} />
        {columns.map(({ head, width }) => (
          <col key={head} style={{ width }} />
        ))}
      </colgroup>
      <thead role="rowgroup">
        <tr role="row" aria-rowindex={1}>
          <th role="columnheader" scope="col">
            {lead.head}
          </th>
          {columns.map(({ head, right }) => (
            <th key={head} role="columnheader" scope="col" class={right ? 'r' : undefined}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody
        role="rowgroup"
        ref={body}
        onFocusIn={event => reach((event.target as Element).closest<HTMLElement>('tr[data-id]')?.dataset.id)}
      >
        {gap(before)}
        {items.slice(from, to).map((item, index) => {
          const id = idOf(item);
          return (
            <tr
              key={id}
              data-id={id}
              role="row"
              aria-rowindex={from + index + 2}
              class={id === selected ? 'sel' : undefined}
            >
              <td role="cell" class="lead">
                {link ? (
                  <a class="rowlink" href={link(item)} onClick={event => press(event, item)}>
                    {lead.cell(item)}
                  </a>
                ) : (
                  lead.cell(item)
                )}
                {lead.more && <div class="m xs second">{lead.more(item)}</div>}
              </td>
              {columns.map(({ head, right, cell }) => {
                const shown = cell(item);
                const none = shown === null || shown === undefined || shown === '';
                return (
                  <td key={head} role="cell" data-l={head} class={`${right ? 'r' : ''}${none ? ' no' : ''}`}>
                    {none ? kLists.none : shown}
                  </td>
                );
              })}
            </tr>
          );
        })}
        {gap(after)}
      </tbody>
    </table>
  );
}
