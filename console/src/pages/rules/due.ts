// The messages of delayed rules: events of one type, sent to the endpoints that take it. Pure.
import type { KnownRule } from '../../state/known_rules.ts';
import type { Subscription } from '../../state/subscriptions.ts';
import { takenBy } from '../publish/receivers.ts';

export const kDueEvent = 'chain.message.due';

export const isLiveDelayed = ({ status = 'live', triggers }: Pick<KnownRule, 'status' | 'triggers'>) =>
  status === 'live' && triggers.includes('@due');

export const isReceived = (endpoints: Pick<Subscription, 'enabled' | 'eventTypes'>[]) =>
  endpoints.some(one => one.enabled && takenBy(one, kDueEvent));
