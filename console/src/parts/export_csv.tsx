import { useRef, useState } from 'preact/hooks';
import type { Answer } from '../api/client.ts';
import type { Fault } from '../api/fault.ts';
import { kLists } from '../sentences/lists.ts';
import { csvOf, type Cell } from '../state/csv.ts';
import { save } from './download.ts';
import { FaultNote } from './fault_note.tsx';
import { Icon } from './icon.tsx';
import { confirmed } from '../state/announce.ts';

const kMost = 100_000; // rows of one file

interface Props<T> {
  name: string; // of the file, without its ending
  heads: readonly string[];
  row: (item: T) => Cell[];
  // The page of the list after a cursor; undefined: the first.
  page: (cursor: string | undefined) => Promise<Answer<{ items: T[]; nextCursor: string | null }>>;
  closed?: string; // why it is disabled
}

// Saves what is listed as a file: all pages of the filter, at most kMost rows.
export function ExportCsv<T>({ name, heads, row, page, closed = '' }: Props<T>) {
  const [rows, setRows] = useState<number | null>(null), // so far; null while it does not run
    [fault, setFault] = useState<Fault | null>(null),
    [capped, setCapped] = useState(false),
    stopped = useRef(false);
  const run = async () => {
    stopped.current = false;
    setFault(null);
    setCapped(false);
    setRows(0);
    const parts = [csvOf([[...heads]])];
    let count = 0,
      cursor: string | undefined;
    do {
      const answer = await page(cursor);
      if (stopped.current) return setRows(null);
      if (!answer.ok) {
        setFault(answer.fault);
        return setRows(null);
      }
      const taken = answer.data.items.slice(0, kMost - count);
      parts.push(csvOf(taken.map(row)));
      count += taken.length;
      cursor = answer.data.nextCursor ?? undefined;
      setRows(count);
    } while (cursor && count < kMost);
    setRows(null);
    if (!count) return confirmed(kLists.empty);
    setCapped(!!cursor);
    save(`${name}.csv`, parts, 'text/csv');
    confirmed(kLists.exported(count));
  };
  return (
    <>
      <button
        type="button"
        class="btn"
        title={closed || undefined}
        aria-disabled={!!closed || rows !== null}
        aria-busy={rows !== null}
        onClick={() => {
          if (!closed && rows === null) void run();
        }}
      >
        <Icon name="download" />
        {kLists.exportCsv}
      </button>
      {rows !== null && (
        <span class="row m sm">
          <span role="status">{kLists.exporting(rows)}</span>
          <button
            type="button"
            class="btn flat"
            onClick={() => {
              stopped.current = true;
            }}
          >
            {kLists.stop}
          </button>
        </span>
      )}
      {capped && (
        <span class="m sm" role="status">
          {kLists.capped(kMost)}
        </span>
      )}
      {fault && <FaultNote fault={fault} />}
    </>
  );
}
