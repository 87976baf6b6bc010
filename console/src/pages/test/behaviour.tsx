import { useState } from 'preact/hooks';
import { api, ask } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import { FaultNote } from '../../parts/fault_note.tsx';
import { SelectField } from '../../parts/field.tsx';
import { kPlaybook } from '../../sentences/playbook.ts';
import { place } from '../../state/place.ts';
import { kReceiver, loadSubscriptions, type Subscription } from '../../state/subscriptions.ts';

const kSays = kPlaybook.test;

// The built-in receiver can fail on request: each failure has its own URL, so choosing one changes the endpoint.
export function Behaviour({ subscription: { subscriptionId, endpointUrl, enabled } }: { subscription: Subscription }) {
  const { handle } = place.value;
  const [fault, setFault] = useState<Fault | null>(null);
  const now = new URL(endpointUrl).pathname.slice(kReceiver.length);
  const choose = async (behaviour: string) => {
    const body = { endpointUrl: location.origin + kReceiver + behaviour, ...(enabled ? {} : { enabled: true }) };
    const answer = await ask(
      api.PATCH('/v2/handles/{handle}/webhooks/{subscriptionId}', {
        params: { path: { handle, subscriptionId } },
        body,
      }),
    );
    setFault(answer.ok ? null : answer.fault);
    await loadSubscriptions(handle);
  };
  return (
    <>
      <SelectField
        label={kSays.receiver}
        value={now}
        choices={kSays.behaviours}
        onChange={choose}
        hint={kSays.receiverHint}
      />
      {fault && <FaultNote fault={fault} />}
    </>
  );
}
