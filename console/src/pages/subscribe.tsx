import { useState } from 'preact/hooks';
import type { Fault } from '../api/fault.ts';
import { kPlaybook } from '../sentences/playbook.ts';
import { place, toTop } from '../state/place.ts';
import { usePoll } from '../state/poll.ts';
import { learnDev, loadSubscriptions } from '../state/subscriptions.ts';
import { NewSubscription, type Created } from './subscribe/new_subscription.tsx';
import { Secret } from './subscribe/secret.tsx';
import { Subscriptions } from './subscribe/list.tsx';
import './playbook.css';

const kSays = kPlaybook.subscribe;

export function SubscribePage() {
  const { handle } = place.value;
  const [created, setCreated] = useState<Created | null>(null),
    [fault, setFault] = useState<Fault | null>(null);
  usePoll(0, learnDev, []);
  usePoll(5000, () => loadSubscriptions(handle), [handle]); // an endpoint may start to fail meanwhile
  return (
    <>
      <div class="head">
        <h1>{kSays.title}</h1>
        <p>{kSays.says}</p>
      </div>
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
