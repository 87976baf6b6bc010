import { useState } from 'preact/hooks';
import { api, ask } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { kPlaybook } from '../../sentences/playbook.ts';
import type { Decision } from '../../state/decisions.ts';
import { stir } from '../../state/playbook.ts';

const kSays = kPlaybook.resolve;

// Reports what the visitor did with a decision, as their page would.
export function Reports({ decision: { decisionId, handle, sessionId } }: { decision: Decision }) {
  const [told, setTold] = useState<string[]>([]),
    [fault, setFault] = useState<Fault | null>(null);
  const tell = async (what: string) => {
    const answer = await ask(
      api.POST('/v2/public/chain/signals', {
        body: { handle, sessionId, signals: [{ type: `decision.${what}`, signalValue: decisionId }] },
      }),
    );
    setFault(answer.ok ? null : answer.fault);
    if (answer.ok) setTold(before => [...before, what]);
    stir();
  };
  return (
    <section class="stack s" aria-label={kSays.responded}>
      <h4>{kSays.responded}</h4>
      <div class="row">
        {kSays.reports.map(([what, says]) => (
          <Button key={what} onPress={() => tell(what)} pressed={told.includes(what)}>
            {says}
          </Button>
        ))}
      </div>
      <p class="m sm" role="status">
        {told.length ? kSays.reported(told.join(', ')) : kSays.reportsSay}
      </p>
      {fault && <FaultNote fault={fault} />}
    </section>
  );
}
