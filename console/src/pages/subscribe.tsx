import { kPlaybook } from '../sentences/playbook.ts';
import { toTop } from '../state/place.ts';
import { NewSubscription } from './subscribe/new_subscription.tsx';
import { Secret } from './subscribe/secret.tsx';
import { Subscriptions } from './subscribe/list.tsx';
import { useCreated } from './subscribe/use_created.ts';
import './playbook.css';

const kSays = kPlaybook.subscribe;

export function SubscribePage() {
  const [created, setCreated] = useCreated();
  return (
    <>
      <div class="head">
        <h1>{kSays.title}</h1>
        <p>{kSays.says}</p>
      </div>
      {created && <Secret key={created.subscriptionId} created={created} />}
      <NewSubscription
        onCreated={one => {
          setCreated(one);
          toTop();
        }}
      />
      <Subscriptions onSecret={setCreated} />
    </>
  );
}
