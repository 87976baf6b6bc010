import { useState } from 'preact/hooks';
import { api, ask } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { Callout } from '../../parts/callout.tsx';
import { Chip } from '../../parts/chip.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Empty } from '../../parts/empty.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { Instant } from '../../parts/instant.tsx';
import { closedBelow } from '../../parts/gate.ts';
import { confirmed } from '../../state/announce.ts';
import { kPlaybook } from '../../sentences/playbook.ts';
import { at, place } from '../../state/place.ts';
import {
  hostOf,
  loadSubscriptions,
  subscriptions,
  subscriptionsFault,
  type Subscription,
} from '../../state/subscriptions.ts';
import { Edit } from './edit.tsx';

type OnSecret = (shown: { subscriptionId: string; secret: string } & Subscription) => void;

const kSays = kPlaybook.subscribe;

export const Subscriptions = ({ onSecret }: { onSecret: OnSecret }) => (
  <section class="stack" aria-labelledby="subscriptions">
    <h2 id="subscriptions">{kSays.endpoints}</h2>
    <Endpoints onSecret={onSecret} none={kSays.none} />
  </section>
);

// `none`: what is said where there are none.
export function Endpoints({ onSecret, none }: { onSecret: OnSecret; none: string }) {
  const all = subscriptions.value,
    fault = subscriptionsFault.value;
  return (
    <>
      {fault &&
        (fault.code === 'insufficient_role' ? (
          <Callout tone="info">{closedBelow('OPERATOR')}</Callout>
        ) : (
          <FaultNote fault={fault} />
        ))}
      {!fault && all?.length === 0 && <Empty says={none} />}
      {all?.map(one => (
        <One key={one.subscriptionId} subscription={one} onSecret={onSecret} />
      ))}
    </>
  );
}

// How an endpoint does, in a word.
function Health({ subscription: { enabled, disabledReason, circuit } }: { subscription: Subscription }) {
  if (!enabled) return <Chip tone="warn">{kSays.disabled(disabledReason)}</Chip>;
  return circuit === 'open' ? <Chip tone="bad">{kSays.failing}</Chip> : <Chip tone="good">{kSays.healthy}</Chip>;
}

function One({ subscription, onSecret }: { subscription: Subscription; onSecret: OnSecret }) {
  const { handle } = place.value;
  const {
    subscriptionId,
    endpointUrl,
    eventTypes,
    description,
    enabled,
    ratePerSecond,
    ordering,
    format,
    createdAt,
    circuit,
    nextProbeAt,
    previousSecretUntil,
  } = subscription;
  const [fault, setFault] = useState<Fault | null>(null),
    [asking, setAsking] = useState<'' | 'edit' | 'delete' | 'rotate'>('');
  const params = { path: { handle, subscriptionId } };
  const done = (failed: Fault | null, says: string) => {
    setFault(failed);
    setAsking('');
    if (!failed) {
      confirmed(says);
      void loadSubscriptions(handle);
    }
  };
  const enable = async () => {
    const answer = await ask(
      api.PATCH('/v2/handles/{handle}/webhooks/{subscriptionId}', { params, body: { enabled: !enabled } }),
    );
    done(answer.ok ? null : answer.fault, enabled ? kSays.wasDisabled : kSays.wasEnabled);
  };
  const remove = async () => {
    const answer = await ask(api.DELETE('/v2/handles/{handle}/webhooks/{subscriptionId}', { params }));
    done(answer.ok ? null : answer.fault, kSays.wasDeleted);
  };
  const rotate = async () => {
    const answer = await ask(api.POST('/v2/handles/{handle}/webhooks/{subscriptionId}/rotate-secret', { params }));
    done(answer.ok ? null : answer.fault, kSays.wasRotated);
    if (answer.ok) onSecret({ ...subscription, secret: answer.data.secret });
  };
  return (
    <article class="panel" aria-label={description || hostOf(endpointUrl)}>
      <div class="phead">
        <h3 class="wrap">{description || hostOf(endpointUrl)}</h3>
        <Health subscription={subscription} />
      </div>
      <div class="pad stack s">
        {!enabled && <p class="sm">{kSays.disabledSays}</p>}
        {enabled && circuit === 'open' && (
          <p class="sm">
            {kSays.failingSays}{' '}
            {nextProbeAt && (
              <>
                {kSays.nextAttempt} <Instant at={nextProbeAt} />.
              </>
            )}
          </p>
        )}
        <p class="mono sm wrap">{endpointUrl}</p>
        <p class="row">
          {eventTypes.map(type => (
            <code key={type} class="chip tag wrap">
              {type}
            </code>
          ))}
        </p>
        <p class="m sm">
          {[
            kSays.formatNames[format],
            ratePerSecond && kSays.perSecond(ratePerSecond),
            ordering === 'session' && kSays.inOrder,
          ]
            .filter(Boolean)
            .map(fact => `${fact}; `)}
          {kSays.created} <Instant at={createdAt} />
          {previousSecretUntil && (
            <>
              ; {kSays.oldSecret} <Instant at={previousSecretUntil} />
            </>
          )}
        </p>
        <div class="row">
          <a class="btn" href={at('test', [], { subscription: subscriptionId })}>
            {kSays.test}
          </a>
          <a class="btn" href={at('deliveries', [], { subscription: subscriptionId })}>
            {kSays.deliveries}
          </a>
          <Button kind="quiet" onPress={() => setAsking('edit')}>
            {kSays.edit}
          </Button>
          <Button kind="quiet" onPress={enable}>
            {enabled ? kSays.disable : kSays.enable}
          </Button>
          <Button kind="quiet" onPress={() => setAsking('rotate')}>
            {kSays.rotate}
          </Button>
          <Button kind="delete" onPress={() => setAsking('delete')}>
            {kSays.delete}
          </Button>
        </div>
        {fault && <FaultNote fault={fault} />}
      </div>
      {asking === 'edit' && <Edit subscription={subscription} onClose={() => setAsking('')} />}
      {asking === 'delete' && (
        <Dialog title={kSays.deleteTitle} onClose={() => setAsking('')}>
          <p>{kSays.deleteSays}</p>
          <div>
            <Button kind="danger" onPress={remove}>
              {kSays.delete}
            </Button>
          </div>
        </Dialog>
      )}
      {asking === 'rotate' && (
        <Dialog title={kSays.rotateTitle} onClose={() => setAsking('')}>
          <p>{kSays.rotateSays}</p>
          <div>
            <Button kind="primary" onPress={rotate}>
              {kSays.rotate}
            </Button>
          </div>
        </Dialog>
      )}
    </article>
  );
}
