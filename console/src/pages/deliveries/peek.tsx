import { useState } from 'preact/hooks';
import { Button } from '../../parts/button.tsx';
import { State } from '../../parts/chip.tsx';
import { copyText } from '../../parts/copy.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { closedBelow } from '../../parts/gate.ts';
import { Icon } from '../../parts/icon.tsx';
import { kDeliveries, kDelivery } from '../../sentences/deliveries.ts';
import { useKeys } from '../../state/keys.ts';
import { now } from '../../state/now.ts';
import { at } from '../../state/place.ts';
import { subscriptions } from '../../state/subscriptions.ts';
import { stateOf } from '../../state/words.ts';
import { asSent } from './as_sent.ts';
import { Attempts } from './attempts.tsx';
import { CauseOf } from './cause.tsx';
import { Trouble } from './detail.tsx';
import { EditAndResend } from './edit_and_resend.tsx';
import { Exchange } from './exchange.tsx';
import { Facts } from './facts.tsx';
import { useDelivery } from './use_delivery.ts';

interface Props {
  subscriptionId: string;
  deliveryId: string;
  onClose: () => void;
}

// A delivery next to the list that it is in.
export function Peek({ subscriptionId, deliveryId, onClose }: Props) {
  const { delivery, unread, fault, closed, retry } = useDelivery(subscriptionId, deliveryId);
  const [editing, setEditing] = useState(false),
    [chosen, setChosen] = useState(0);
  const endpoint = subscriptions.value?.find(one => one.subscriptionId === subscriptionId);
  useKeys(
    [
      {
        key: 'r',
        does: kDeliveries.keys.retry,
        run: () => {
          if (delivery && !closed) void retry();
        },
      },
      {
        key: 'y',
        does: kDeliveries.keys.copy,
        run: () => {
          if (delivery && endpoint) void copyText(asSent(endpoint.endpointUrl, delivery), kDelivery.curl);
        },
      },
    ],
    [delivery, closed, endpoint],
  );
  const shown = delivery?.attempts.find(one => one.number === chosen) ?? delivery?.attempts.at(-1);
  return (
    <Dialog
      kind="sheet"
      title={delivery?.eventType ?? kDelivery.title}
      actions={delivery && <State name={delivery.status}>{stateOf(delivery, now.value)}</State>}
      onClose={onClose}
    >
      <div class="row">
        <Button kind="primary" icon="retry" keyHint="r" closed={closed} onPress={retry}>
          {kDelivery.retryNow}
        </Button>
        <Button
          closed={closedBelow('OPERATOR') || (delivery?.requestBody ? '' : kDelivery.erased)}
          onPress={() => setEditing(true)}
        >
          {kDelivery.edit}
        </Button>
        <a class="btn" href={at('deliveries', [subscriptionId, deliveryId])}>
          <Icon name="out" />
          {kDelivery.fullPage}
        </a>
      </div>
      {unread && <FaultNote fault={unread} />}
      {fault && <FaultNote fault={fault} />}
      {!delivery && !unread && (
        <p class="loading" aria-live="polite">
          {kDelivery.loading}
        </p>
      )}
      {delivery && (
        <>
          <Trouble delivery={delivery} last={delivery.attempts.at(-1)} />
          <Facts delivery={delivery} endpoint={endpoint} />
          <section class="stack s" aria-labelledby="peek-attempts">
            <h3 id="peek-attempts">{kDelivery.attempts}</h3>
            <Attempts delivery={delivery} now={now.value} chosen={shown?.number} onChoose={setChosen} />
          </section>
          <Exchange body={delivery.requestBody ?? null} attempt={shown} />
          <CauseOf eventId={delivery.eventId} createdAt={delivery.createdAt} />
        </>
      )}
      {editing && delivery && (
        <EditAndResend
          delivery={delivery}
          endpoint={endpoint?.endpointUrl ?? subscriptionId}
          onClose={() => setEditing(false)}
        />
      )}
    </Dialog>
  );
}
