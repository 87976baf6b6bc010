import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../../parts/button.tsx';
import { Callout } from '../../parts/callout.tsx';
import { State } from '../../parts/chip.tsx';
import { Copy } from '../../parts/copy.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { closedBelow } from '../../parts/gate.ts';
import { kDelivery } from '../../sentences/deliveries.ts';
import { hasEnded, type Attempt, type DeliveryDetail } from '../../state/deliveries.ts';
import { span } from '../../state/instants.ts';
import { useKeys } from '../../state/keys.ts';
import { now } from '../../state/now.ts';
import { useObject } from '../../state/object.ts';
import { place } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { hostOf, loadSubscriptions, subscriptions } from '../../state/subscriptions.ts';
import { stateOf } from '../../state/words.ts';
import { Attempts, isGood } from './attempts.tsx';
import { asSent } from './as_sent.ts';
import { CauseOf } from './cause.tsx';
import { EditAndResend } from './edit_and_resend.tsx';
import { Exchange } from './exchange.tsx';
import { Facts } from './facts.tsx';
import { Phases } from './phases.tsx';
import { useDelivery } from './use_delivery.ts';

interface Props {
  subscriptionId: string;
  deliveryId: string;
}

export function DeliveryPage({ subscriptionId, deliveryId }: Props) {
  const { handle } = place.value;
  const { delivery, unread, fault, closed, awaited, retry } = useDelivery(subscriptionId, deliveryId);
  const [editing, setEditing] = useState(false),
    [chosen, setChosen] = useState(0); // the number of an attempt; 0: the newest
  usePoll(0, () => loadSubscriptions(handle), [handle]);
  useObject(delivery?.eventType ?? deliveryId);
  useKeys(
    [
      {
        key: 'r',
        does: kDelivery.retry.toLowerCase(),
        run: () => {
          if (!closed && delivery) void retry();
        },
      },
    ],
    [closed, delivery?.attemptCount],
  );
  const list = useRef<HTMLDivElement>(null);
  const count = delivery?.attemptCount ?? 0,
    hasCome = awaited > 0 && count >= awaited;
  // The attempt that was asked for here is shown as soon as it is there.
  useEffect(() => {
    if (!hasCome) return;
    setChosen(0);
    list.current?.querySelector<HTMLElement>(`[data-number="${awaited}"]`)?.focus();
  }, [hasCome]);
  const endpoint = subscriptions.value?.find(one => one.subscriptionId === subscriptionId);
  const name = endpoint ? endpoint.description || hostOf(endpoint.endpointUrl) : subscriptionId;
  if (!delivery)
    return (
      <>
        <Head title={kDelivery.title} />
        <p class="mono sm wrap">{deliveryId}</p>
        {unread ? (
          <FaultNote fault={unread} />
        ) : (
          <p class="loading" aria-live="polite">
            {kDelivery.loading}
          </p>
        )}
      </>
    );
  const { attempts, requestBody, eventType, sessionId, eventId, createdAt } = delivery;
  const shown = attempts.find(one => one.number === chosen) ?? attempts.at(-1);
  const noEdit = closedBelow('OPERATOR') || (requestBody ? '' : kDelivery.erased);
  return (
    <>
      <Head title={eventType}>
        <span role="status">
          <State name={delivery.status}>{stateOf(delivery, now.value)}</State>
        </span>
        <div class="acts">
          {endpoint && attempts.length > 0 && (
            <Copy text={() => asSent(endpoint.endpointUrl, delivery)} what={kDelivery.curl}>
              {kDelivery.copyCurl}
            </Copy>
          )}
          <Button closed={noEdit} onPress={() => setEditing(true)}>
            {kDelivery.edit}
          </Button>
          <Button kind="primary" icon="retry" keyHint="r" closed={closed} onPress={retry}>
            {kDelivery.retryNow}
          </Button>
        </div>
        <p>
          {kDelivery.to(name)}
          {sessionId && kDelivery.forSession(sessionId)}
        </p>
      </Head>
      {unread && <FaultNote fault={unread} />}
      {fault && <FaultNote fault={fault} />}
      <Trouble delivery={delivery} last={attempts.at(-1)} />
      <div class="cols main-side">
        <div class="stack">
          <section class="panel" aria-labelledby="attempts">
            <div class="phead">
              <h2 id="attempts">{kDelivery.attempts}</h2>
            </div>
            <div class="pad" ref={list}>
              <Attempts delivery={delivery} now={now.value} chosen={shown?.number} onChoose={setChosen} />
            </div>
          </section>
          {shown && <Phases attempt={shown} />}
          <Exchange body={requestBody ?? null} attempt={shown} />
        </div>
        <div class="stack">
          <section class="panel" aria-labelledby="details">
            <div class="phead">
              <h2 id="details">{kDelivery.details}</h2>
            </div>
            <div class="pad">
              <Facts delivery={delivery} endpoint={endpoint} />
            </div>
          </section>
          <CauseOf eventId={eventId} createdAt={createdAt} />
        </div>
      </div>
      {editing && (
        <EditAndResend
          delivery={delivery}
          endpoint={endpoint?.endpointUrl ?? subscriptionId}
          onClose={() => setEditing(false)}
        />
      )}
    </>
  );
}

interface HeadProps {
  title: string;
  children?: preact.ComponentChildren;
}

const Head = ({ title, children }: HeadProps) => (
  <div class="head">
    <h1 class="wrap">{title}</h1>
    {children}
  </div>
);

// What went wrong at the last attempt, and what becomes of it.
export function Trouble({ delivery, last }: { delivery: DeliveryDetail; last: Attempt | undefined }) {
  const { failedWith: says } = kDelivery;
  if (!last || isGood(last) || delivery.status === 'delivered' || delivery.status === 'withdrawn') return null;
  const next = delivery.nextAttemptAt ? Date.parse(delivery.nextAttemptAt) - now.value : NaN;
  return (
    <Callout
      tone="bad"
      title={last.status === null ? says.other(last.error ?? last.outcome) : says.status(last.status)}
    >
      <p>
        {hasEnded(delivery) ? says.ended : says.retries}
        {!hasEnded(delivery) && next > 0 && ` ${kDelivery.next(span(next))}`}
      </p>
    </Callout>
  );
}
