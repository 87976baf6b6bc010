import { useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import type { Fault } from '../api/fault.ts';
import { Button } from '../parts/button.tsx';
import { Empty } from '../parts/empty.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { SelectField } from '../parts/field.tsx';
import { closedBelow } from '../parts/gate.ts';
import { kPlaybook } from '../sentences/playbook.ts';
import { useKeys } from '../state/keys.ts';
import { at, filter, place } from '../state/place.ts';
import { finish } from '../state/playbook.ts';
import { usePoll } from '../state/poll.ts';
import { hostOf, isBuiltIn, isDev, learnDev, loadSubscriptions, subscriptions } from '../state/subscriptions.ts';
import { Behaviour } from './test/behaviour.tsx';
import { Progress } from './test/progress.tsx';

const kSays = kPlaybook.test;

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
        does: kSays.key,
        run: () => {
          if (!closed) void send();
        },
      },
    ],
    [closed, chosen?.subscriptionId, busy],
  );
  return (
    <>
      <div class="head">
        <h1>{kSays.title}</h1>
        <p>{kSays.says}</p>
      </div>
      <section class="panel" aria-labelledby="send">
        <div class="phead">
          <h2 id="send">{kSays.send}</h2>
        </div>
        <div class="pad stack s">
          {!closed && !all.length && (
            <Empty says={kSays.none}>
              <a class="btn pri" href={at('subscribe')}>
                {kSays.newOne}
              </a>
            </Empty>
          )}
          {chosen && (
            <SelectField
              label={kSays.endpoint}
              value={chosen.subscriptionId}
              onChange={subscription => {
                setSent(null);
                filter({ subscription });
              }}
              choices={all.map(
                one =>
                  [
                    one.subscriptionId,
                    kSays.choice(one.description || hostOf(one.endpointUrl), one.eventTypes.join(', '), one.enabled),
                  ] as const,
              )}
            />
          )}
          {chosen && isDev.value && isBuiltIn(chosen) && (
            <Behaviour key={chosen.subscriptionId} subscription={chosen} />
          )}
          <div>
            <Button
              kind="primary"
              keyHint="ctrl+Enter"
              busy={busy}
              closed={closed || (chosen ? '' : kSays.createFirst)}
              onPress={send}
            >
              {kSays.sendTest}
            </Button>
          </div>
          {fault && <FaultNote fault={fault} />}
        </div>
      </section>
      {sent && <Progress key={sent.deliveryId} {...sent} />}
    </>
  );
}
