import { Cut } from '../../parts/cut.tsx';
import { Instant } from '../../parts/instant.tsx';
import { kDelivery } from '../../sentences/deliveries.ts';
import type { DeliveryDetail } from '../../state/deliveries.ts';
import { at } from '../../state/place.ts';
import { nameOf } from '../../state/words.ts';
import type { Subscription } from '../../state/subscriptions.ts';

const { facts: says } = kDelivery;

interface Props {
  delivery: DeliveryDetail;
  endpoint: Subscription | undefined;
}

export function Facts({ delivery, endpoint }: Props) {
  const { deliveryId, eventId, sessionId, subscriptionId, createdAt, endedAt, reason } = delivery;
  return (
    <dl class="kv">
      <dt>{says.endpoint}</dt>
      <dd>
        <a href={at('endpoints')}>{endpoint ? endpoint.description || endpoint.endpointUrl : subscriptionId}</a>
        {endpoint?.description && <div class="m wrap">{endpoint.endpointUrl}</div>}
      </dd>
      {sessionId && (
        <>
          <dt>{says.session}</dt>
          <dd>
            <a href={at('sessions', [sessionId])}>
              <Cut text={sessionId} />
            </a>
          </dd>
        </>
      )}
      <dt>{says.event}</dt>
      <dd>
        <a href={at('events', [eventId])}>
          <Cut text={eventId} />
        </a>
      </dd>
      <dt>{says.delivery}</dt>
      <dd>
        <Cut text={deliveryId} what={says.deliveryId} />
      </dd>
      <dt>{says.created}</dt>
      <dd class="n">
        <Instant at={createdAt} />
      </dd>
      {endedAt && (
        <>
          <dt>{says.ended}</dt>
          <dd class="n">
            <Instant at={endedAt} />
          </dd>
        </>
      )}
      {reason && (
        <>
          <dt>{says.reason}</dt>
          <dd>{nameOf(reason)}</dd>
        </>
      )}
    </dl>
  );
}
