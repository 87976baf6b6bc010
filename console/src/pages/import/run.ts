// The import that is under way. It goes on while the user looks at other pages of the console.
import { signal } from '@preact/signals';
import { ask, quietly, type Answer } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import { kImport } from '../../sentences/import.ts';
import { stir } from '../../state/playbook.ts';
import { token } from '../../state/sign_in.ts';
import type { Kind, TraitTypes } from './columns.ts';
import { piecesOf, sizeOf, Unreadable, type Record } from './records.ts';

export type State = 'running' | 'paused' | 'waiting' | 'done' | 'canceled' | 'failed';
export type Total =
  | 'records'
  | 'accepted'
  | 'duplicates'
  | 'evicted'
  | 'beyondRetention'
  | 'denied'
  | 'applied'
  | 'stale'
  | 'refused';

export interface Run {
  handle: string;
  kind: Kind;
  name: string; // of the file
  size: number; // bytes
  state: State;
  read: number; // bytes
  line: number; // all before it are done
  totals: Partial<globalThis.Record<Total, number>>;
  refused: { line: number; why: string }[]; // the first kListed
  says: string; // while it waits, or why it has stopped
  fault: Fault | null;
}

export const run = signal<Run | null>(null);

const kListed = 1000;
const kPer = { signals: 500, people: 100 } as const; // records in a request
const kBytes = { signals: 500_000, people: 250_000 } as const; // of a request
const kTries = 6; // without an answer, one after the other
const kLongest = 30; // seconds between two of them

export const isOver = ({ state }: Run) => state === 'done' || state === 'canceled' || state === 'failed';

let control = new AbortController();
let resume: (() => void) | null = null;

const change = (changes: Partial<Run>) => {
  if (run.value) run.value = { ...run.value, ...changes };
};
// Counted here for each record, and shown once for each request.
let totals: Run['totals'] = {};
let refused: Run['refused'] = [];
const add = (name: Total, count: number) => {
  totals[name] = (totals[name] ?? 0) + count;
};
function refuse(line: number, why: string) {
  add('refused', 1);
  if (refused.length < kListed) refused.push({ line, why });
}
const show = (changes: Partial<Run>) => change({ ...changes, totals: { ...totals }, refused: [...refused] });

export function pause() {
  if (run.peek()?.state === 'running') change({ state: 'paused' });
}
export function goOn() {
  change({ state: 'running', says: '' });
  resume?.();
}
export const cancel = () => control.abort();

class Canceled extends Error {}
class Stopped extends Error {
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(fault.message);
    this.fault = fault;
  }
}

const check = () => {
  if (control.signal.aborted) throw new Canceled();
};

// Until the time is over, the user goes on, or the import is canceled.
function wait(milliseconds?: number): Promise<void> {
  return new Promise((done, refused) => {
    const timer = milliseconds === undefined ? undefined : setTimeout(finish, milliseconds);
    const end = () => {
      clearTimeout(timer);
      refused(new Canceled());
    };
    function finish() {
      clearTimeout(timer);
      control.signal.removeEventListener('abort', end);
      resume = null;
      done();
    }
    resume = finish;
    control.signal.addEventListener('abort', end, { once: true });
  });
}

async function signedIn() {
  const stop = token.subscribe(text => {
    if (text) queueMicrotask(() => resume?.());
  });
  await wait().finally(stop);
}

// Asks again for as long as the server asks to wait, is away, or the user has to sign in.
async function patiently<T>(call: () => Promise<Answer<T>>): Promise<Answer<T>> {
  for (let tries = 0; ; ) {
    check();
    if (run.peek()!.state === 'paused') await wait();
    const answer = await call();
    check();
    if (answer.ok) return answer;
    const { status, retryAfter } = answer.fault;
    const asksToWait = status === 429 || status === 503;
    if (status === 401) {
      change({ state: 'waiting', says: kImport.signIn });
      await signedIn();
    } else if (asksToWait || (status === 0 && tries < kTries)) {
      tries = asksToWait ? 0 : tries + 1;
      const seconds = retryAfter ?? Math.min(2 ** tries, kLongest);
      change({ state: 'waiting', says: asksToWait ? kImport.waits(seconds) : kImport.away(seconds) });
      await wait(seconds * 1000);
    } else return answer;
    change({ state: 'running', says: '' });
  }
}

// The body goes as it stands in the file, so that no digit of a number is lost.
const bodyOf = (batch: Record[], list: string) => `{"${list}":[${batch.map(one => one.json).join(',')}]}`;
const asText = { bodySerializer: (body: unknown) => body as string, headers: { 'content-type': 'application/json' } };

const kSend = {
  signals: (handle: string, batch: Record[]) =>
    patiently(() =>
      ask(
        quietly.POST('/v2/handles/{handle}/chain/import', {
          params: { path: { handle } },
          body: bodyOf(batch, 'signals') as never,
          ...asText,
        }),
      ),
    ),
  people: (handle: string, batch: Record[]) =>
    patiently(() =>
      ask(
        quietly.POST('/v2/handles/{handle}/visitors/batch', {
          params: { path: { handle } },
          body: bodyOf(batch, 'visitors') as never,
          ...asText,
        }),
      ),
    ),
};

// A request is taken as a whole or not at all: what the server refuses of it is left out, and the rest is sent again.
async function send(handle: string, kind: Kind, records: Record[]) {
  let batch = records;
  while (batch.length) {
    const answer = await kSend[kind](handle, batch);
    if (answer.ok) {
      if (kind === 'signals') countSignals(answer.data as never);
      else countPeople(answer.data as never, batch);
      return;
    }
    const rest = leaveOut(answer.fault, batch);
    if (rest.length === batch.length) throw new Stopped(answer.fault);
    batch = rest;
  }
}

// Notes the records that a fault names; the others.
function leaveOut({ details }: Fault, batch: Record[]): Record[] {
  const named = new Map<number, string[]>();
  for (const { field, issue } of details) {
    const [, index, path = ''] = /^\w+\[(\d+)\]\.?(.*)$/.exec(field) ?? [];
    if (index === undefined) continue;
    named.set(Number(index), [...(named.get(Number(index)) ?? []), kImport.faults.at(path, issue)]);
  }
  for (const [index, issues] of named) if (batch[index]) refuse(batch[index].line, issues.join('; '));
  return batch.filter((_, index) => !named.has(index));
}

type Counted = Partial<globalThis.Record<Total, number>>;
function countSignals(taken: Counted) {
  for (const name of ['accepted', 'duplicates', 'evicted', 'beyondRetention', 'denied'] as const)
    add(name, taken[name] ?? 0);
}

interface PersonTaken {
  applied: string[];
  stale: string[];
  refused: { trait: string; reason: string }[];
}
function countPeople({ visitors }: { visitors: PersonTaken[] }, batch: Record[]) {
  visitors.forEach(({ applied, stale, refused }, index) => {
    add('applied', applied.length);
    add('stale', stale.length);
    const why = refused.map(({ trait, reason }) => kImport.faults.at(trait, reason)).join('; ');
    if (why) refuse(batch[index]!.line, why);
  });
}

export interface Wanted {
  handle: string;
  kind: Kind;
  file: File;
  from: number; // the first line
  traits: TraitTypes;
}

// Reads and sends the file to its end. Never throws; `run` says how far it is.
export async function begin({ handle, kind, file, from, traits }: Wanted) {
  control = new AbortController();
  totals = {};
  refused = [];
  const { name, size } = file;
  run.value = {
    handle,
    kind,
    name,
    size,
    state: 'running',
    read: 0,
    line: from,
    totals: {},
    refused: [],
    says: '',
    fault: null,
  };
  // All of an import of people is of one instant, so that what was said since then holds.
  const since = new Date().toISOString();
  const dated = (record: Record): Record => {
    if (kind !== 'people') return record;
    const members = Object.keys(JSON.parse(record.json) as object);
    if (!members.length || members.includes('at')) return record;
    return { ...record, json: `${record.json.slice(0, -1)},"at":"${since}"}` };
  };
  let batch: Record[] = [],
    bytes = 0,
    next = from; // the line after what was read
  const flush = async (line: number) => {
    await send(handle, kind, batch);
    batch = [];
    bytes = 0;
    show({ line });
  };
  try {
    for await (const { records, read } of piecesOf(file, { kind, traits })) {
      for (const record of records) {
        if (record.line < from) continue;
        next = record.line + 1;
        add('records', 1);
        if (record.fault) {
          refuse(record.line, record.fault);
          continue;
        }
        const one = dated(record),
          length = sizeOf(one.json) + 1;
        if (batch.length && (batch.length === kPer[kind] || bytes + length > kBytes[kind])) await flush(record.line);
        batch.push(one);
        bytes += length;
      }
      check();
      show({ read });
    }
    await flush(next);
    show({ state: 'done', read: size, says: '' });
  } catch (error) {
    if (error instanceof Canceled) show({ state: 'canceled', says: '' });
    else
      show({
        state: 'failed',
        fault: error instanceof Stopped ? error.fault : null,
        says: error instanceof Unreadable ? error.message : error instanceof Stopped ? '' : String(error),
      });
  }
  stir();
}

// The browser asks in its own words.
addEventListener('beforeunload', event => {
  if (run.peek() && !isOver(run.peek()!)) event.preventDefault();
});
