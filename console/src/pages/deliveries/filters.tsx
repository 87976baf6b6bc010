import { ChoiceFilter, ClearFilters, TextFilter } from '../../parts/filter_bar.tsx';
import { TimeFilter } from '../../parts/time_filter.tsx';
import { kDeliveries } from '../../sentences/deliveries.ts';
import { hostOf, type Subscription } from '../../state/subscriptions.ts';
import { capital, nameOf } from '../../state/words.ts';

const kStates = ['queued', 'sending', 'retrying', 'held', 'delivered', 'failed', 'withdrawn'];
export const kParams = ['q', 'status', 'subscription', 'eventType', 'range', 'since', 'until'];

interface Props {
  subscriptions: Subscription[];
  types: string[]; // event types to suggest
}

export const Filters = ({ subscriptions, types }: Props) => (
  <>
    <TimeFilter usual="24h" />
    <ChoiceFilter
      name={kDeliveries.status}
      param="status"
      choices={kStates.map(state => [state, capital(nameOf(state))] as const)}
    />
    <ChoiceFilter
      name={kDeliveries.endpoint}
      param="subscription"
      choices={subscriptions.map(one => [one.subscriptionId, one.description || hostOf(one.endpointUrl)] as const)}
    />
    <TextFilter
      name={kDeliveries.eventType}
      param="eventType"
      hint={kDeliveries.eventTypeHint}
      placeholder={kDeliveries.eventTypeExample}
      suggest={types}
    />
    <ClearFilters params={kParams} />
  </>
);
