import { useState } from 'preact/hooks';
import { api, ask } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { State } from '../../parts/chip.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Empty } from '../../parts/empty.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { Instant } from '../../parts/instant.tsx';
import { closedBelow } from '../../parts/gate.ts';
import { confirmed } from '../../parts/toast.tsx';
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

export function Subscriptions({ onSecret }: { onSecret: OnSecret }) {
  const all = subscriptions.value,
    fault = subscriptionsFault.value;
  return (
    <section aria-labelledby="subscriptions">
      <h2 id="subscriptions">Endpoints</h2>
      {fault &&
        (fault.code === 'insufficient_role' ? (
          <p class="note">{closedBelow('OPERATOR')}</p>
        ) : (
          <FaultNote fault={fault} />
        ))}
      {!fault && all?.length === 0 && <Empty says="No endpoints yet. Create one above." />}
      {all?.map(one => (
        <One key={one.subscriptionId} subscription={one} onSecret={onSecret} />
      ))}
    </section>
  );
}

function One({ subscription, onSecret }: { subscription: Subscription; onSecret: OnSecret }) {
  const { handle } = place.value;
  const {
    subscriptionId,
    endpointUrl,
    eventTypes,
    description,
    enabled,
    disabledReason,
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
    done(answer.ok ? null : answer.fault, enabled ? 'Disabled' : 'Enabled');
  };
  const remove = async () => {
    const answer = await ask(api.DELETE('/v2/handles/{handle}/webhooks/{subscriptionId}', { params }));
    done(answer.ok ? null : answer.fault, 'Deleted');
  };
  const rotate = async () => {
    const answer = await ask(api.POST('/v2/handles/{handle}/webhooks/{subscriptionId}/rotate-secret', { params }));
    done(answer.ok ? null : answer.fault, 'Secret rotated');
    if (answer.ok) onSecret({ ...subscription, secret: answer.data.secret });
  };
  return (
    <article class="card subscription" aria-label={description || hostOf(endpointUrl)}>
      <header>
        <h3 class="wrap">{description || hostOf(endpointUrl)}</h3>{' '}
        {enabled ? (
          <State name="delivered">enabled</State>
        ) : (
          <State name="held">disabled{disabledReason ? `: ${disabledReason}` : ''}</State>
        )}
        {enabled && circuit !== 'closed' && (
          <State name="retrying">
            <span>
              failing
              {nextProbeAt && (
                <>
                  , next attempt <Instant at={nextProbeAt} />
                </>
              )}
            </span>
          </State>
        )}
      </header>
      <p class="mono small wrap">{endpointUrl}</p>
      <p class="small">
        {eventTypes.map(type => (
          <code key={type} class="chip">
            {type}
          </code>
        ))}{' '}
        <span class="quiet">
          created <Instant at={createdAt} />
          {previousSecretUntil && (
            <>
              ; the previous secret also signs until <Instant at={previousSecretUntil} />
            </>
          )}
        </span>
      </p>
      <div class="actions">
        <a class="button" href={at('test', [], { subscription: subscriptionId })}>
          Test
        </a>
        <a class="button" href={at('deliveries', [], { subscription: subscriptionId })}>
          Deliveries
        </a>
        <Button kind="quiet" onPress={() => setAsking('edit')}>
          Edit
        </Button>
        <Button kind="quiet" onPress={enable}>
          {enabled ? 'Disable' : 'Enable'}
        </Button>
        <Button kind="quiet" onPress={() => setAsking('rotate')}>
          Rotate secret
        </Button>
        <Button kind="quiet" onPress={() => setAsking('delete')}>
          Delete
        </Button>
      </div>
      {fault && <FaultNote fault={fault} />}
      {asking === 'edit' && <Edit subscription={subscription} onClose={() => setAsking('')} />}
      {asking === 'delete' && (
        <Dialog title="Delete this endpoint?" onClose={() => setAsking('')}>
          <p>No further attempts are made. Pending deliveries are canceled; the log stays readable.</p>
          <div class="actions">
            <Button kind="danger" onPress={remove}>
              Delete
            </Button>
          </div>
        </Dialog>
      )}
      {asking === 'rotate' && (
        <Dialog title="Rotate the secret?" onClose={() => setAsking('')}>
          <p>
            The new secret signs immediately. The old one also signs for 24 hours, so that your receiver can switch
            over.
          </p>
          <div class="actions">
            <Button kind="primary" onPress={rotate}>
              Rotate secret
            </Button>
          </div>
        </Dialog>
      )}
    </article>
  );
}
