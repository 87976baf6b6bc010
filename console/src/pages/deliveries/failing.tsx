import { Callout } from '../../parts/callout.tsx';
import { kDeliveries } from '../../sentences/deliveries.ts';
import { span, told } from '../../state/instants.ts';
import { now } from '../../state/now.ts';
import { at } from '../../state/place.ts';
import { clock } from '../../state/preferences.ts';
import { hostOf, type Subscription } from '../../state/subscriptions.ts';
import type { Stats } from './health.tsx';

const { failing: says } = kDeliveries;

interface Props {
  subscriptions: Subscription[];
  stats: Map<string, Stats>;
}

// One callout for each endpoint that keeps failing, or was disabled for it.
export function Failing({ subscriptions, stats }: Props) {
  const ill = subscriptions.filter(
    one =>
      one.circuit === 'open' ||
      (!one.enabled && one.disabledReason) ||
      (one.enabled && stats.get(one.subscriptionId)?.failingSince),
  );
  return (
    <>
      {ill.map(one => (
        <Ill key={one.subscriptionId} endpoint={one} stats={stats.get(one.subscriptionId)} />
      ))}
    </>
  );
}

function Ill({ endpoint, stats }: { endpoint: Subscription; stats: Stats | undefined }) {
  const { description, endpointUrl, enabled, disabledReason, nextProbeAt, subscriptionId } = endpoint;
  const name = description || hostOf(endpointUrl),
    waiting = stats?.waiting ?? 0,
    probe = nextProbeAt ? Date.parse(nextProbeAt) - now.value : NaN;
  const since =
    stats?.failingSince && told(stats.failingSince, clock.value === 'relative' ? 'local' : clock.value, now.value);
  const title = !enabled
    ? says.disabled(name, disabledReason ?? '')
    : since
      ? says.since(name, since)
      : says.open(name);
  return (
    <Callout tone={waiting || !enabled ? 'bad' : 'warn'} title={title}>
      <p>
        {!waiting ? says.nothingWaits : enabled ? says.waits(waiting) : says.waitsForYou(waiting)}{' '}
        {enabled && probe > 0 && says.probe(span(probe))}{' '}
        <a href={at('deliveries', [], { subscription: subscriptionId, status: waiting ? undefined : 'failed' })}>
          {says.see}
        </a>
      </p>
    </Callout>
  );
}
