// CSV according to RFC 4180, read piece by piece: quoted fields may hold commas, doubled quotes and line breaks. Pure.

export interface Row {
  line: number; // where it begins, from 1
  fields: string[];
}

export class CsvReader {
  #line = 1;
  #began = 1;
  #fields: string[] = [];
  #field = '';
  #place: 'start' | 'plain' | 'quoted' | 'after' = 'start'; // of the field: nothing yet, as it is, in quotes, behind them
  #wasReturn = false;

  // The rows that end in this piece of the text. Empty lines are none. Quotes that are out of place are text.
  push(text: string): Row[] {
    const rows: Row[] = [];
    for (let at = 0; at < text.length; at += 1) {
      const char = text[at]!;
      if (this.#place === 'quoted') {
        at = this.#inQuotes(text, at);
        continue;
      }
      if (char === '"' && this.#place === 'after') {
        this.#field += '"';
        this.#place = 'quoted';
      } else if (char === '"' && this.#place === 'start') this.#place = 'quoted';
      else if (char === ',') this.#endField();
      else if (char === '\n' || char === '\r') {
        if (!(char === '\n' && this.#wasReturn)) this.#endRow(rows);
        this.#wasReturn = char === '\r';
        continue;
      } else {
        this.#field += char;
        if (this.#place !== 'after') this.#place = 'plain';
      }
      this.#wasReturn = false;
    }
    return rows;
  }

  // What is left at the end of the file; `isOpen` if a quote was never closed.
  end(): { rows: Row[]; isOpen: boolean } {
    const rows: Row[] = [],
      isOpen = this.#place === 'quoted';
    this.#endRow(rows);
    return { rows, isOpen };
  }

  #inQuotes(text: string, from: number): number {
    const quote = text.indexOf('"', from),
      end = quote < 0 ? text.length : quote;
    const part = text.slice(from, end);
    for (let at = part.indexOf('\n'); at >= 0; at = part.indexOf('\n', at + 1)) this.#line += 1;
    this.#field += part;
    if (quote >= 0) this.#place = 'after';
    return end;
  }

  #endField() {
    this.#fields.push(this.#field);
    this.#field = '';
    this.#place = 'start';
  }

  #endRow(rows: Row[]) {
    const isEmpty = !this.#fields.length && this.#place === 'start' && !this.#field;
    this.#endField();
    if (!isEmpty) rows.push({ line: this.#began, fields: this.#fields });
    this.#fields = [];
    this.#line += 1;
    this.#began = this.#line;
  }
}
