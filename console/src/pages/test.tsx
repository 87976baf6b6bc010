import { useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import type { Fault } from '../api/fault.ts';
import { Button } from '../parts/button.tsx';
import { Empty } from '../parts/empty.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { SelectField } from '../parts/field.tsx';
import { closedBelow } from '../parts/gate.ts';
import { useKeys } from '../state/keys.ts';
import { at, filter, place } from '../state/place.ts';
import { finish } from '../state/playbook.ts';
import { usePoll } from '../state/poll.ts';
import { hostOf, isBuiltIn, isDev, learnDev, loadSubscriptions, subscriptions } from '../state/subscriptions.ts';
import { Behaviour } from './test/behaviour.tsx';
import { Progress } from './test/progress.tsx';

export function TestPage() {
  const { handle, query } = place.value;
  const all = subscriptions.value ?? [];
  const chosen = all.find(one => one.subscriptionId === query.get('subscription')) ?? all[0];
  const [fault, setFault] = useState<Fault | null>(null),
    [busy, setBusy] = useState(false);
  const [sent, setSent] = useState<{ subscriptionId: string; deliveryId: string } | null>(null);
  usePoll(0, () => Promise.all([learnDev(), loadSubscriptions(handle)]), [handle]);
  const send = async () => {
    if (!chosen || busy) return;
    setBusy(true);
    const { subscriptionId } = chosen;
    const answer = await ask(
      api.POST('/v2/handles/{handle}/webhooks/{subscriptionId}/test', {
        params: { path: { handle, subscriptionId } },
        body: {},
      }),
    );
    setBusy(false);
    setFault(answer.ok ? null : answer.fault);
    if (answer.ok) {
      finish('test');
      setSent({ subscriptionId, deliveryId: answer.data.deliveryId });
    }
  };
  const closed = closedBelow('OPERATOR');
  useKeys(
    [
      {
        key: 'ctrl+Enter',
        does: 'send a test',
        run: () => {
          if (!closed) void send();
        },
      },
    ],
    [closed, chosen?.subscriptionId, busy],
  );
  return (
    <>
      <h1>Test a delivery</h1>
      <p class="lead">A test sends a separate event, signed and delivered like any other. Follow it step by step.</p>
      <section class="card" aria-labelledby="send">
        <h2 id="send">Send</h2>
        {!closed && !all.length && (
          <Empty says="No endpoints to test yet.">
            <a class="button primary" href={at('subscribe')}>
              New endpoint
            </a>
          </Empty>
        )}
        {chosen && (
          <SelectField
            label="Endpoint"
            value={chosen.subscriptionId}
            onChange={subscription => {
              setSent(null);
              filter({ subscription });
            }}
            choices={all.map(
              one =>
                [
                  one.subscriptionId,
                  `${one.description || hostOf(one.endpointUrl)} (${one.eventTypes.join(', ')})${one.enabled ? '' : ', disabled'}`,
                ] as const,
            )}
          />
        )}
        {chosen && isDev.value && isBuiltIn(chosen) && <Behaviour key={chosen.subscriptionId} subscription={chosen} />}
        <div class="actions">
          <Button
            kind="primary"
            keyHint="ctrl+Enter"
            busy={busy}
            closed={closed || (chosen ? '' : 'Create an endpoint first.')}
            onPress={send}
          >
            Send a test
          </Button>
        </div>
        {fault && <FaultNote fault={fault} />}
      </section>
      {sent && <Progress key={sent.deliveryId} {...sent} />}
    </>
  );
}
