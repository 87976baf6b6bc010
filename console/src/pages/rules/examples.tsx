import { useState } from 'preact/hooks';
import { api, ask } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { confirmed } from '../../state/announce.ts';
import { kRules } from '../../sentences/rules.ts';
import { place } from '../../state/place.ts';
import { kExamples } from './example_rules.ts';

export function AddExamples({ onDone }: { onDone: () => void }) {
  const { handle } = place.value;
  const [fault, setFault] = useState<Fault | null>(null),
    [busy, setBusy] = useState(false);
  const add = async () => {
    setBusy(true);
    for (const [ruleId, rule] of Object.entries(kExamples)) {
      const answer = await ask(
        api.PUT('/v2/handles/{handle}/chain-rules/{ruleId}', {
          params: { path: { handle, ruleId } },
          body: rule as never,
        }),
      );
      if (!answer.ok) {
        setBusy(false);
        return setFault(answer.fault);
      }
    }
    setBusy(false);
    confirmed(kRules.examples.done);
    onDone();
  };
  return (
    <>
      {fault && <FaultNote fault={fault} />}
      <Button kind="primary" busy={busy} onPress={add}>
        {kRules.examples.add}
      </Button>
    </>
  );
}
