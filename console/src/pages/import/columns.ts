// The columns of a CSV file, and a row as the JSON of what it says. Pure.
import { kImport } from '../../sentences/import.ts';

export type Kind = 'signals' | 'people';
export type TraitTypes = ReadonlyMap<string, string>; // of the traits that the handle knows, by name

interface Column {
  path: string[]; // in the record: ["metadata", "amount"]
  type: 'text' | 'number' | 'bool' | 'list' | 'guess'; // guess: a number or boolean where it reads as one
}

export type Header = { columns: Column[] } | { faults: string[] };

const kOfSignal: Record<string, Column['type']> = {
  sessionId: 'text',
  otherSessionId: 'text',
  visitorId: 'text',
  anonymousId: 'text',
  type: 'text',
  signalKey: 'text',
  signalValue: 'text',
  value: 'text',
  confidence: 'number',
  source: 'text',
  at: 'guess',
  id: 'text',
};
const kNested = new Set(['metadata', 'context']);
const kTrait = /^[A-Za-z][A-Za-z0-9_.]{0,63}$/;
const kTypes = new Set(['text', 'number', 'bool', 'list']);

function signalColumn(name: string): Column | string {
  const [first, ...rest] = name.split('.');
  if (kNested.has(first!) && rest.length)
    return { path: [first!, rest.join('.')], type: first === 'metadata' ? 'guess' : 'text' };
  const type = kOfSignal[name];
  return type ? { path: [name], type } : kImport.faults.signalColumn(name);
}

function personColumn(whole: string, known: TraitTypes): Column | string {
  if (whole === 'visitorId' || whole === 'at') return { path: [whole], type: 'text' };
  const [name = '', said] = whole.split(':');
  if (!kTrait.test(name)) return kImport.faults.trait(whole);
  const has = known.get(name);
  if (said !== undefined && has && said !== has) return kImport.faults.traitType(name, has);
  if (said !== undefined && !has && !kTypes.has(said)) return kImport.faults.newType(name);
  const type = has ?? said ?? 'text';
  return { path: ['set', name], type: kTypes.has(type) ? (type as Column['type']) : 'text' };
}

// What the header of a file says; every fault of it at once.
export function readHeader(fields: string[], kind: Kind, known: TraitTypes): Header {
  const names = fields.map(field => field.trim());
  const columns = names.map(name => (kind === 'signals' ? signalColumn(name) : personColumn(name, known)));
  const faults = columns.filter(one => typeof one === 'string');
  for (const name of new Set(names.filter((one, index) => names.indexOf(one) !== index)))
    faults.push(kImport.faults.twice(name));
  const needed = kind === 'signals' ? ['sessionId', 'at', 'id'] : ['visitorId'];
  for (const name of needed) if (!names.includes(name)) faults.push(kImport.faults.missing(name));
  if (kind === 'signals' && !names.includes('type') && !names.includes('signalKey'))
    faults.push(kImport.faults.missing('type'));
  return faults.length ? { faults } : { columns: columns as Column[] };
}

const isNumber = (text: string) => /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text);

// A cell as JSON text: a number keeps all its digits. What is no number or boolean stays a text, for the server to
// refuse.
function cellOf(text: string, type: Column['type']): string {
  const bare = text.trim();
  if (type === 'list')
    return JSON.stringify(
      text
        .split('|')
        .map(one => one.trim())
        .filter(Boolean),
    );
  if ((type === 'number' || type === 'guess') && isNumber(bare)) return bare;
  if ((type === 'bool' || type === 'guess') && (bare === 'true' || bare === 'false')) return bare;
  return JSON.stringify(text);
}

const joined = (members: Map<string, string>) =>
  `{${[...members].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;

// A row as the JSON of a record. An empty cell says nothing.
export function recordOf(fields: string[], columns: Column[]): string {
  const record = new Map<string, string>(),
    nested = new Map<string, Map<string, string>>();
  columns.forEach(({ path: [first, second], type }, index) => {
    const cell = fields[index]!;
    if (!cell.trim()) return;
    if (second === undefined) record.set(first!, cellOf(cell, type));
    else nested.set(first!, (nested.get(first!) ?? new Map()).set(second, cellOf(cell, type)));
  });
  for (const [name, members] of nested) record.set(name, joined(members));
  return joined(record);
}
