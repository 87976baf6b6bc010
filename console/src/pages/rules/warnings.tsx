import { useState } from 'preact/hooks';
import { api, ask } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Json } from '../../parts/json.tsx';
import { kDue } from '../../state/delayed.ts';
import { at, go, place } from '../../state/place.ts';
import { kRules } from '../../sentences/rules.ts';
import { madeUp } from '../../state/playbook.ts';
import { witnessSignals } from './witness.ts';

const t = kRules.editor.warnings;
const kWithoutExample: string[] = ['outdated_time_zone', 'unknown_rule', 'missing_anchor', 'missing_trait'];

export type Warning = components['schemas']['RuleWarning'];

// The server's warnings about a saved rule, each with example signals.
export function Warnings({ all, triggers }: { all: Warning[]; triggers: string[] }) {
  if (!all.length) return null;
  return (
    <section class="callout warn" aria-labelledby="warnings">
      <Icon name="alert" />
      <div>
        <h2 id="warnings">{t.title(all.length)}</h2>
        {all.map(one => (
          <One key={one.kind + one.message} warning={one} triggers={triggers} />
        ))}
      </div>
    </section>
  );
}

function One({ warning, triggers }: { warning: Warning; triggers: string[] }) {
  const { kind, message, witness, conditions, answeredBy } = warning;
  return (
    <div>
      <p>
        <strong>{kind.replaceAll('_', ' ')}</strong> {message}
      </p>
      <p class="sm">
        {conditions?.map(path => (
          <code key={path} class="chip">
            {path}
          </code>
        ))}
        {answeredBy && (
          <>
            {' '}
            {t.decidedBy}
            <a href={at('rules', [answeredBy])}>{answeredBy}</a>.
          </>
        )}
      </p>
      {!kWithoutExample.includes(kind) && (
        <details>
          <summary>{t.examples(witness.length)}</summary>
          {witness.length > 0 && <Json text={JSON.stringify(witness)} label={t.example} />}
          <Play warning={warning} trigger={warning.trigger ?? triggers.find(name => name !== kDue) ?? ''} />
        </details>
      )}
    </div>
  );
}

const kAtMost = 60; // signals that a session accepts per minute

// Sends the example signals to a new session and opens its decision.
function Play({ warning, trigger }: { warning: Warning; trigger: string }) {
  const { handle } = place.value;
  const [fault, setFault] = useState<Fault | null>(null),
    [busy, setBusy] = useState(false);
  const signals = witnessSignals(warning, Date.now());
  const play = async () => {
    const sessionId = madeUp(handle);
    setBusy(true);
    const answer = signals.length
      ? await ask(
          api.POST('/v2/handles/{handle}/chain/signals', {
            params: { path: { handle } },
            body: { sessionId, signals, context: warning.context },
          }),
        )
      : null;
    setBusy(false);
    if (answer && !answer.ok) return setFault(answer.fault);
    go(at('resolve', [], { session: sessionId, triggers: trigger }));
  };
  return (
    <>
      <div class="row">
        <Button
          busy={busy}
          closed={!trigger ? t.delayed : signals.length > kAtMost ? t.tooMany(kAtMost) : ''}
          onPress={play}
        >
          {t.run}
        </Button>
      </div>
      {fault && <FaultNote fault={fault} />}
    </>
  );
}
