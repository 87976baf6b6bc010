import { Button } from '../../parts/button.tsx';
import { Chip, type Tone } from '../../parts/chip.tsx';
import { save } from '../../parts/download.ts';
import { FaultNote } from '../../parts/fault_note.tsx';
import { Table } from '../../parts/table.tsx';
import { kImport } from '../../sentences/import.ts';
import { cancel, goOn, isOver, pause, run as current, type Run, type State, type Total } from './run.ts';

const kTones: Record<State, Tone> = {
  running: 'info',
  paused: 'warn',
  waiting: 'warn',
  done: 'good',
  canceled: 'warn',
  failed: 'bad',
};
const kShown: readonly Total[] = [
  'records',
  'accepted',
  'applied',
  'duplicates',
  'stale',
  'evicted',
  'beyondRetention',
  'denied',
  'refused',
];

// How far an import is, what has become of its records, and what was refused.
export function Progress({ run }: { run: Run }) {
  const { name, size, read, line, state, says, fault, totals, refused } = run;
  const over = isOver(run);
  return (
    <>
      <section class="panel" aria-labelledby="progress">
        <div class="phead">
          <h2 id="progress" class="wrap">
            {name}
          </h2>
          <span role="status">
            <Chip tone={kTones[state]}>{kImport.states[state]}</Chip>
          </span>
          <span class="m sm push">
            {kImport.of(kImport.bytes(read), kImport.bytes(size))}, {kImport.upTo(line - 1)}
          </span>
        </div>
        <div class="pad stack s">
          <progress max={size || 1} value={over && state === 'done' ? size || 1 : read} aria-label={kImport.progress} />
          {says && <p role="status">{says}</p>}
          {fault && <FaultNote fault={fault} />}
          {(state === 'canceled' || state === 'failed') && <p>{kImport.goOn(line)}</p>}
          <dl class="tiles">
            {kShown
              .filter(one => totals[one] || one === 'records')
              .map(one => (
                <div key={one} class="tile s">
                  <dt>{kImport.totals[one]}</dt>
                  <dd class="v">{kImport.figure(totals[one] ?? 0)}</dd>
                </div>
              ))}
          </dl>
          <div class="row">
            {state === 'running' && <Button onPress={pause}>{kImport.pause}</Button>}
            {state === 'waiting' && <Button onPress={goOn}>{kImport.tryNow}</Button>}
            {state === 'paused' && (
              <Button kind="primary" onPress={goOn}>
                {kImport.resume}
              </Button>
            )}
            {!over && (
              <Button kind="quiet" onPress={cancel}>
                {kImport.cancel}
              </Button>
            )}
            {over && (
              <Button
                onPress={() => {
                  current.value = null;
                }}
              >
                {kImport.another}
              </Button>
            )}
          </div>
        </div>
      </section>
      {refused.length > 0 && (
        <section class="panel" aria-labelledby="refused">
          <div class="phead">
            <h2 id="refused">{kImport.refused}</h2>
            <span class="m sm">{kImport.refusedSays}</span>
            <span class="push">
              <Button onPress={() => save(kImport.refusedFile(name), [csvOf(refused)], 'text/csv')}>
                {kImport.save}
              </Button>
            </span>
          </div>
          <Table
            label={kImport.refused}
            heads={kImport.heads}
            rows={refused.slice(0, kRows).map((one, index) => ({
              key: `${one.line} ${index}`,
              cells: [
                String(one.line),
                <span key="why" class="wrap">
                  {one.why}
                </span>,
              ],
            }))}
          />
          {(totals.refused ?? 0) > kRows && <p class="pfoot">{kImport.more((totals.refused ?? 0) - kRows)}</p>}
        </section>
      )}
    </>
  );
}

const kRows = 100; // in the document; the file has more

// A text that a spreadsheet would take for a formula stands behind an apostrophe.
const cell = (text: string) => `"${text.replace(/^[=+\-@\t]/, "'$&").replaceAll('"', '""')}"`;
const csvOf = (refused: Run['refused']) =>
  [kImport.heads, ...refused.map(({ line, why }) => [String(line), why])]
    .map(row => `${row.map(cell).join(',')}\r\n`)
    .join('');
