import { useState } from 'preact/hooks';
import type { Fault } from '../api/fault.ts';
import { place, toTop } from '../state/place.ts';
import { usePoll } from '../state/poll.ts';
import { learnDev, loadSubscriptions } from '../state/subscriptions.ts';
import { NewSubscription, type Created } from './subscribe/new_subscription.tsx';
import { Secret } from './subscribe/secret.tsx';
import { Subscriptions } from './subscribe/list.tsx';

export function SubscribePage() {
  const { handle } = place.value;
  const [created, setCreated] = useState<Created | null>(null),
    [fault, setFault] = useState<Fault | null>(null);
  usePoll(0, learnDev, []);
  usePoll(5000, () => loadSubscriptions(handle), [handle]); // an endpoint may begin to fail while one looks
  return (
    <>
      <h1>Subscribe</h1>
      <p class="lead">
        A subscription tells an endpoint of yours what happens: each event as a signed POST, retried until it is
        answered, and always visible.
      </p>
      {created && <Secret key={created.subscriptionId} created={created} />}
      <NewSubscription
        fault={fault}
        onFault={setFault}
        onCreated={one => {
          setCreated(one);
          setFault(null);
          void loadSubscriptions(handle);
          toTop();
        }}
      />
      <Subscriptions onSecret={setCreated} />
    </>
  );
}
