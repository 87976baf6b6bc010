import { useState } from 'preact/hooks';
import type { Fault } from '../api/fault.ts';
import { Callout } from '../parts/callout.tsx';
import { Icon } from '../parts/icon.tsx';
import { PageHead } from '../parts/page_head.tsx';
import { kEndpoints } from '../sentences/endpoints.ts';
import { useObject } from '../state/object.ts';
import { at, go, place, toTop } from '../state/place.ts';
import { usePoll } from '../state/poll.ts';
import { learnDev, loadSubscriptions, subscriptions } from '../state/subscriptions.ts';
import { NewSubscription, type Created } from './subscribe/new_subscription.tsx';
import { Secret } from './subscribe/secret.tsx';
import { Endpoints } from './subscribe/list.tsx';
import './playbook.css';

// The endpoints of the handle, and a new one. The playbook's third step has the same parts.
export function EndpointsPage() {
  const {
    handle,
    more: [shown],
  } = place.value;
  const isNew = shown === '+';
  const [created, setCreated] = useState<Created | null>(null),
    [fault, setFault] = useState<Fault | null>(null);
  useObject(isNew ? kEndpoints.newOne : '');
  usePoll(0, learnDev, []);
  usePoll(5000, () => loadSubscriptions(handle), [handle]); // an endpoint may start to fail meanwhile
  const isUnknown = !!shown && !isNew && !!subscriptions.value?.every(one => one.subscriptionId !== shown);
  const newOne = (
    <a class="btn pri" href={at('endpoints', ['+'])}>
      <Icon name="plus" />
      {kEndpoints.newOne}
    </a>
  );
  if (isNew)
    return (
      <>
        <PageHead title={kEndpoints.newOne} says={kEndpoints.newSays} />
        <NewSubscription
          isPage
          fault={fault}
          onFault={setFault}
          onCreated={one => {
            setCreated(one);
            setFault(null);
            void loadSubscriptions(handle);
            go(at('endpoints'));
            toTop();
          }}
        />
      </>
    );
  return (
    <>
      <PageHead title={kEndpoints.title} says={kEndpoints.says}>
        {newOne}
      </PageHead>
      {isUnknown && <Callout tone="warn">{kEndpoints.unknown(shown)}</Callout>}
      {created && <Secret key={created.subscriptionId} created={created} />}
      <h2 class="hide">{kEndpoints.all}</h2>
      <Endpoints onSecret={setCreated} none={kEndpoints.none} />
    </>
  );
}
