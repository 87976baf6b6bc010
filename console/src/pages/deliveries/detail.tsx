import { useRef, useState } from 'preact/hooks';
import { api, ask } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { State } from '../../parts/chip.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { closedBelow } from '../../parts/gate.ts';
import { Instant } from '../../parts/instant.tsx';
import { Copy } from '../../parts/copy.tsx';
import { Json } from '../../parts/json.tsx';
import { confirmed } from '../../parts/toast.tsx';
import { hasEnded, readDelivery, type DeliveryDetail } from '../../state/deliveries.ts';
import { whyNoRetry } from '../../state/retry.ts';
import { useKeys } from '../../state/keys.ts';
import { now } from '../../state/now.ts';
import { pauseOf } from '../../state/pause.ts';
import { at, place } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { loadSubscriptions, subscriptions } from '../../state/subscriptions.ts';
import { stateOf } from '../../state/words.ts';
import { AttemptCard } from './attempt.tsx';
import { EditAndResend } from './edit_and_resend.tsx';
import { asSent } from './as_sent.ts';

// Milliseconds between two readings.
const kSoonest = 2000;
const kAwaited = 500; // while an attempt that was asked for here is awaited
const kEndedPause = 10_000; // somebody else may retry it

export function DeliveryPage({ subscriptionId, deliveryId }: { subscriptionId: string; deliveryId: string }) {
  const { handle } = place.value;
  const [delivery, setDelivery] = useState<DeliveryDetail | null>(null),
    [unread, setUnread] = useState<Fault | null>(null),
    [fault, setFault] = useState<Fault | null>(null);
  const pause = useRef(kSoonest);
  const [retried, setRetried] = useState(0),
    [editing, setEditing] = useState(false); // retried: the attempt number to wait for
  usePoll(
    () => pause.current,
    async isCurrent => {
      const got = await readDelivery(handle, subscriptionId, deliveryId);
      if (!isCurrent()) return;
      setUnread(got.fault ?? null);
      if (!got.delivery) return;
      setDelivery(got.delivery);
      const awaited = got.delivery.attemptCount < retried && got.delivery.status !== 'held';
      pause.current =
        hasEnded(got.delivery) && !awaited
          ? kEndedPause
          : pauseOf(got.delivery, Date.now(), awaited ? kAwaited : kSoonest);
    },
    [handle, deliveryId, retried],
  );
  usePoll(0, () => loadSubscriptions(handle), [handle]);
  const closed = closedBelow('OPERATOR') || (delivery ? whyNoRetry(delivery) : '');
  const retry = async () => {
    const answer = await ask(
      api.POST('/v2/handles/{handle}/webhooks/{subscriptionId}/deliveries/{deliveryId}/retry', {
        params: { path: { handle, subscriptionId, deliveryId } },
      }),
    );
    setFault(answer.ok ? null : answer.fault);
    if (answer.ok) {
      confirmed('Queued again');
      setRetried((delivery?.attemptCount ?? 0) + 1);
    }
  };
  useKeys(
    [
      {
        key: 'r',
        does: 'retry this delivery',
        run: () => {
          if (!closed) void retry();
        },
      },
    ],
    [closed, delivery?.attemptCount],
  );
  const subscription = subscriptions.value?.find(one => one.subscriptionId === subscriptionId);
  if (!delivery)
    return (
      <>
        <div class="title">
          <p class="back">
            <a href={at('deliveries')}>Deliveries</a>
          </p>
          <h1>Delivery</h1>
          <p class="mono small wrap">{deliveryId}</p>
        </div>
        {unread ? (
          <FaultNote fault={unread} />
        ) : (
          <p class="loading" aria-live="polite">
            Loading…
          </p>
        )}
      </>
    );
  return (
    <>
      <div class="title">
        <p class="back">
          <a href={at('deliveries', [], { subscription: subscriptionId })}>Deliveries</a>
        </p>
        <h1 class="wrap">{delivery.eventType}</h1>
        <p role="status">
          <State name={delivery.status}>{stateOf(delivery, now.value)}</State>
        </p>
      </div>
      <div class="actions">
        <Button kind="primary" keyHint="r" closed={closed} onPress={retry}>
          Retry
        </Button>
        <Button
          closed={closedBelow('OPERATOR') || (delivery.requestBody ? '' : 'The body was erased with its session.')}
          onPress={() => setEditing(true)}
        >
          Edit and resend
        </Button>
        {subscription && delivery.attempts.length > 0 && (
          <Copy text={() => asSent(subscription.endpointUrl, delivery)} what="cURL">
            Copy the sent request as cURL
          </Copy>
        )}
      </div>
      {unread && <FaultNote fault={unread} />}
      {fault && <FaultNote fault={fault} />}
      <dl class="facts">
        <div>
          <dt>Delivery</dt>
          <dd>
            <code>{deliveryId}</code>
          </dd>
        </div>
        <div>
          <dt>Event</dt>
          <dd>
            <a href={at('events', [delivery.eventId])}>
              <code>{delivery.eventId}</code>
            </a>
          </dd>
        </div>
        {delivery.sessionId && (
          <div>
            <dt>Session</dt>
            <dd>
              <a href={at('sessions', [delivery.sessionId])}>
                <code>{delivery.sessionId}</code>
              </a>
            </dd>
          </div>
        )}
        <div>
          <dt>Endpoint</dt>
          <dd class="wrap">{subscription?.endpointUrl ?? subscriptionId}</dd>
        </div>
        <div>
          <dt>Created</dt>
          <dd>
            <Instant at={delivery.createdAt} />
          </dd>
        </div>
        {delivery.nextAttemptAt && (
          <div>
            <dt>Next attempt</dt>
            <dd>
              <Instant at={delivery.nextAttemptAt} />
            </dd>
          </div>
        )}
        {delivery.endedAt && (
          <div>
            <dt>Ended</dt>
            <dd>
              <Instant at={delivery.endedAt} />
            </dd>
          </div>
        )}
        {delivery.reason && (
          <div>
            <dt>Reason</dt>
            <dd>{delivery.reason}</dd>
          </div>
        )}
      </dl>
      <section aria-labelledby="attempts">
        <h2 id="attempts">Attempts</h2>
        {delivery.attempts.length === 0 && (
          <p class="quiet">
            {delivery.status === 'withdrawn'
              ? 'Canceled before the first attempt.'
              : hasEnded(delivery)
                ? 'It ended without an attempt.'
                : 'No attempts yet.'}
          </p>
        )}
        {delivery.attempts.toReversed().map((attempt, index) => (
          <AttemptCard
            key={attempt.number}
            attempt={attempt}
            body={delivery.requestBody ?? null}
            open={index === 0}
            fresh={attempt.number === retried}
          />
        ))}
      </section>
      <section class="card" aria-labelledby="body">
        <h2 id="body">Body</h2>
        {!delivery.requestBody ? (
          <p class="quiet">Erased with its session.</p>
        ) : (
          <Json text={delivery.requestBody} label="Delivery body" />
        )}
      </section>
      {editing && (
        <EditAndResend
          delivery={delivery}
          endpoint={subscription?.endpointUrl ?? subscriptionId}
          onClose={() => setEditing(false)}
        />
      )}
    </>
  );
}
