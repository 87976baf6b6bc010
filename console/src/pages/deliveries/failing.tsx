import { Callout } from '../../parts/callout.tsx';
import { kDeliveries } from '../../sentences/deliveries.ts';
import { span } from '../../state/instants.ts';
import { now } from '../../state/now.ts';
import { at } from '../../state/place.ts';
import { hostOf, type Subscription } from '../../state/subscriptions.ts';

const { failing: says } = kDeliveries;

// One callout for each endpoint that keeps failing, or was disabled by the server for it.
export function Failing({ subscriptions }: { subscriptions: Subscription[] }) {
  const ill = subscriptions.filter(one => one.circuit === 'open' || (!one.enabled && one.disabledReason));
  return (
    <>
      {ill.map(one => {
        const name = one.description || hostOf(one.endpointUrl);
        const probe = one.nextProbeAt ? Date.parse(one.nextProbeAt) - now.value : NaN;
        const next = one.enabled && probe > 0 && says.probe(span(probe));
        return (
          <Callout
            key={one.subscriptionId}
            tone="bad"
            title={one.enabled ? says.since(name, '') : says.disabled(name, one.disabledReason ?? '')}
          >
            <p>
              {one.enabled ? says.waiting : says.waitingDisabled} {next}{' '}
              <a
                href={at('deliveries', [], {
                  subscription: one.subscriptionId,
                  status: one.enabled ? 'retrying' : 'held',
                })}
              >
                {says.see}
              </a>
            </p>
          </Callout>
        );
      })}
    </>
  );
}
