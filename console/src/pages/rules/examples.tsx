import { useState } from 'preact/hooks';
import { api, ask } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { confirmed } from '../../parts/toast.tsx';
import { place } from '../../state/place.ts';

// Rules that fit the sample journeys: one for an abandoned cart, one for a returning visitor, and a delayed one.
const kExamples = {
  'save-the-cart': {
    name: 'Save the cart',
    priority: 80,
    triggers: ['checkout', 'exit_intent'],
    when: {
      all: [{ count: { key: 'cart', value: 'add' }, within: '30m', atLeast: 1 }],
      none: [{ seen: { key: 'purchase' }, within: '30m' }],
    },
    action: { type: 'popup', payload: { code: 'SAVE10' } },
  },
  'welcome-back': {
    name: 'Welcome back',
    priority: 40,
    triggers: ['checkout', 'exit_intent'],
    when: { all: [{ seen: { key: 'link.clicked' }, within: '7d' }] },
    action: { type: 'banner', payload: { text: 'Good to see you again' } },
  },
  'remind-of-the-cart': {
    name: 'Cart reminder',
    triggers: ['@due'],
    when: { all: [{ absent: { key: 'purchase' }, after: { key: 'cart', value: 'add' }, for: '30m' }] },
    action: { type: 'email', payload: { template: 'your-cart' } },
  },
};

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
    confirmed('Three rules published');
    onDone();
  };
  return (
    <>
      {fault && <FaultNote fault={fault} />}
      <Button kind="primary" busy={busy} onPress={add}>
        Add three example rules
      </Button>
    </>
  );
}
