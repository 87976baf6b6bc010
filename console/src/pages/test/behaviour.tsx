import { useState } from 'preact/hooks';
import { api, ask } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import { FaultNote } from '../../parts/fault_note.tsx';
import { SelectField } from '../../parts/field.tsx';
import { place } from '../../state/place.ts';
import { kReceiver, loadSubscriptions, type Subscription } from '../../state/subscriptions.ts';

const kBehaviours = [
  ['', 'verifies the signature and returns 200'],
  ['/flaky', 'returns 503 twice, then 200'],
  ['/fail', 'returns 503 every time'],
  ['/hang', 'never responds'],
  ['/redirect', 'returns 302'],
  ['/gone', 'returns 410: the endpoint is disabled'],
] as const;

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
        label="Built-in receiver"
        value={now}
        choices={kBehaviours}
        onChange={choose}
        hint="Choose a failure to see how it is handled: retried, delayed or failed at once."
      />
      {fault && <FaultNote fault={fault} />}
    </>
  );
}
