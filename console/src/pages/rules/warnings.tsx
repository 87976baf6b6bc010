import { Json } from '../../parts/json.tsx';

export interface Warning { kind: string; message: string; witness?: unknown[] }

// What the server noticed of a rule that it saved, each with signals that show it.
export function Warnings({ all }: { all: Warning[] }) {
  if (!all.length) return null;
  return (
    <section class="card warnings" aria-labelledby="warnings">
      <h2 id="warnings">{all.length === 1 ? 'A warning' : `${all.length} warnings`}</h2>
      {all.map(({ kind, message, witness }) => (
        <div key={kind + message}>
          <p><strong>{kind.replaceAll('_', ' ')}</strong> {message}</p>
          {!!witness?.length && <details class="more"><summary>Signals that show it ({witness.length})</summary><Json text={JSON.stringify(witness)} label="Witness" /></details>}
        </div>
      ))}
    </section>
  );
}
