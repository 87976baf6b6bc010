// Comma-separated values (RFC 4180) that a spreadsheet opens as text. Pure.
export type Cell = string | number | null | undefined;

// A spreadsheet would run such a text as a formula.
const kFormula = /^[=+\-@\t\r]/;

function written(cell: Cell): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'number') return String(cell);
  const text = kFormula.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const csvOf = (rows: Cell[][]) => rows.map(row => `${row.map(written).join(',')}\r\n`).join('');
