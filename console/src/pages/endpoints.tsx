import { Callout } from '../parts/callout.tsx';
import { Icon } from '../parts/icon.tsx';
import { PageHead } from '../parts/page_head.tsx';
import { kEndpoints } from '../sentences/endpoints.ts';
import { useObject } from '../state/object.ts';
import { at, go, place } from '../state/place.ts';
import { subscriptions } from '../state/subscriptions.ts';
import { NewSubscription } from './subscribe/new_subscription.tsx';
import { Secret } from './subscribe/secret.tsx';
import { Endpoints } from './subscribe/list.tsx';
import { useCreated } from './subscribe/use_created.ts';
import './playbook.css';

// The endpoints of the handle, and a new one. The playbook's third step has the same parts.
export function EndpointsPage() {
  const [shown] = place.value.more;
  const isNew = shown === '+';
  const [created, setCreated] = useCreated();
  useObject(isNew ? kEndpoints.newOne : '');
  const isUnknown = !!shown && !isNew && !!subscriptions.value?.every(one => one.subscriptionId !== shown);
  if (isNew)
    return (
      <>
        <PageHead title={kEndpoints.newOne} says={kEndpoints.newSays} />
        <NewSubscription
          isPage
          onCreated={one => {
            setCreated(one);
            go(at('endpoints'));
          }}
        />
      </>
    );
  return (
    <>
      <PageHead title={kEndpoints.title} says={kEndpoints.says}>
        <a class="btn pri" href={at('endpoints', ['+'])}>
          <Icon name="plus" />
          {kEndpoints.newOne}
        </a>
      </PageHead>
      {isUnknown && <Callout tone="warn">{kEndpoints.unknown(shown)}</Callout>}
      {created && <Secret key={created.subscriptionId} created={created} />}
      <h2 class="hide">{kEndpoints.all}</h2>
      <Endpoints onSecret={setCreated} none={kEndpoints.none} />
    </>
  );
}
