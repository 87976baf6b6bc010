import { useState } from 'preact/hooks';
import { api, ask } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import type { Decision } from '../../state/decisions.ts';
import { stir } from '../../state/playbook.ts';

const kReports = [
  ['shown', 'Shown'],
  ['clicked', 'Clicked'],
  ['dismissed', 'Dismissed'],
  ['converted', 'Converted'],
] as const;

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
    <section class="reports" aria-label="How the visitor responded">
      <h4>How the visitor responded</h4>
      <div class="actions">
        {kReports.map(([what, says]) => (
          <Button key={what} onPress={() => tell(what)} pressed={told.includes(what)}>
            {says}
          </Button>
        ))}
      </div>
      <p class="small quiet" role="status">
        {told.length
          ? `Reported: ${told.join(', ')}. It appears in the timeline and counts toward the results of the rule.`
          : 'Web pages report this automatically. A prefetched decision is recorded and counted when it is shown.'}
      </p>
      {fault && <FaultNote fault={fault} />}
    </section>
  );
}
