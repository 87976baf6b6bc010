// The records of a file, read as a stream: a file of any length never stands in memory.
import { kImport } from '../../sentences/import.ts';
import { readHeader, recordOf, type Kind, type TraitTypes } from './columns.ts';
import { CsvReader, type Row } from './csv.ts';

// One record: its JSON, or why it cannot be read.
export interface Record {
  line: number; // where it begins, from 1
  json: string; // '' with a fault
  fault: string;
}

export interface Piece {
  records: Record[];
  read: number; // bytes of the file so far
}

interface Options {
  kind: Kind;
  traits: TraitTypes;
}

export const kRecordBytes = 64 * 1024;

// The file as a whole cannot be read, from a line on.
export class Unreadable extends Error {}

const bytesOf = new TextEncoder();
// Bytes in UTF-8, or of a short text an upper bound.
export const sizeOf = (text: string) => (text.length * 3 < 1024 ? text.length * 3 : bytesOf.encode(text).length);

const refused = (line: number, fault: string): Record => ({ line, json: '', fault });

function checked(line: number, json: string): Record {
  if (json.includes('\ufffd')) return refused(line, kImport.faults.utf8);
  if (json.length > kRecordBytes || sizeOf(json) > kRecordBytes) return refused(line, kImport.faults.long);
  return { line, json, fault: '' };
}

// NDJSON: an object in each line.
class Lines {
  #line = 0;
  #rest = '';
  #isLong = false; // the line that has begun; what is behind the limit is dropped

  push(text: string): Record[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!;
    const records = lines.flatMap(line => this.#take(line));
    if (this.#rest.length > kRecordBytes) {
      this.#isLong = true;
      this.#rest = '';
    }
    return records;
  }
  end = (): Record[] => this.#take(this.#rest);

  #take(text: string): Record[] {
    this.#line += 1;
    const line = text.trim(),
      isLong = this.#isLong;
    this.#isLong = false;
    if (isLong) return [refused(this.#line, kImport.faults.long)];
    if (!line) return [];
    try {
      const value: unknown = JSON.parse(line);
      if (typeof value !== 'object' || value === null || Array.isArray(value))
        return [refused(this.#line, kImport.faults.object)];
      return [checked(this.#line, line)];
    } catch {
      return [refused(this.#line, kImport.faults.json)];
    }
  }
}

// CSV with a header.
class Table {
  #csv = new CsvReader();
  #columns: Parameters<typeof recordOf>[1] | null = null;
  #options: Options;
  constructor(options: Options) {
    this.#options = options;
  }

  push = (text: string): Record[] => this.#read(this.#csv.push(text));
  end(): Record[] {
    const { rows, isOpen } = this.#csv.end();
    if (isOpen) throw new Unreadable(kImport.faults.quote(rows[0]?.line ?? 1));
    return this.#read(rows);
  }

  #read(rows: Row[]): Record[] {
    return rows.flatMap(row => this.#take(row));
  }

  #take({ line, fields }: Row): Record[] {
    if (!this.#columns) {
      const header = readHeader(fields, this.#options.kind, this.#options.traits);
      if ('faults' in header) throw new Unreadable(header.faults.join(' '));
      this.#columns = header.columns;
      return [];
    }
    if (fields.length !== this.#columns.length)
      return [refused(line, kImport.faults.fields(fields.length, this.#columns.length))];
    return [checked(line, recordOf(fields, this.#columns))];
  }
}

// Reads a file piece by piece. A file that begins with "{" is NDJSON, any other is CSV. Throws Unreadable.
export async function* piecesOf(file: Blob, options: Options): AsyncGenerator<Piece> {
  const reader = file.stream().getReader(),
    decoder = new TextDecoder(); // which leaves out a byte order mark
  let parser: Lines | Table | null = null,
    begin = '',
    read = 0;
  try {
    while (true) {
      const { done, value } = await reader.read();
      read += value?.length ?? 0;
      const text = begin + (done ? decoder.decode() : decoder.decode(value, { stream: true }));
      begin = '';
      if (!parser) {
        if (!text.trim()) {
          begin = text;
          if (done) throw new Unreadable(kImport.faults.empty);
          continue;
        }
        parser = text.trimStart().startsWith('{') ? new Lines() : new Table(options);
      }
      const records = parser.push(text);
      yield { records: done ? [...records, ...parser.end()] : records, read };
      if (done) return;
    }
  } finally {
    await reader.cancel();
  }
}
