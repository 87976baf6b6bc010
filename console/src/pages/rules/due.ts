// The messages of delayed rules: events of one type, sent to the endpoints that take it. Pure.
import { isDelayed } from '../../state/delayed.ts';
import type { Subscription } from '../../state/subscriptions.ts';
import { takenBy } from '../publish/receivers.ts';

export const kDueEvent = 'chain.message.due';

export const isLiveDelayed = ({ status = 'live', ...rule }: { status?: unknown; triggers?: unknown }) =>
  status === 'live' && isDelayed(rule);

export const isReceived = (endpoints: Pick<Subscription, 'enabled' | 'eventTypes'>[]) =>
  endpoints.some(one => one.enabled && takenBy(one, kDueEvent));
