// Sentences of the parts that lists share: tables, filters, export.
import { counted } from '../state/words.ts';

export const kLists = {
  none: '–',
  nextRow: 'next row',
  previousRow: 'previous row',
  loading: 'Loading…',
  clear: 'Clear filters',
  remove: (name: string) => `Remove the filter ${name}`,
  set: (name: string, value: string) => `${name}: ${value}`,
  any: 'Any',
  apply: 'Apply',
  search: 'search this list',
  exportCsv: 'Export CSV',
  exporting: (rows: number) => `${rows.toLocaleString('en')} rows so far`,
  stop: 'Stop',
  exported: (rows: number) => `${counted(rows, 'row')} exported`,
  capped: (rows: number) =>
    `Only the first ${rows.toLocaleString('en')} rows were exported. Narrow the filters for the rest.`,
  empty: 'Nothing to export.',
  time: 'Time',
  from: 'From (local time)',
  until: 'Until (local time)',
  ranges: {
    '1h': 'Last hour',
    '24h': 'Last 24 hours',
    '7d': 'Last 7 days',
    '30d': 'Last 30 days',
    all: 'All stored',
    own: 'Custom range',
  },
  between: (from: string, until: string) =>
    from && until ? `${from} to ${until}` : from ? `since ${from}` : `until ${until}`,
} as const;
