// Who an event goes to, as the server matches types. Pure.
import type { Subscription } from '../../state/subscriptions.ts';

const kType = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;
const kReserved = /^(signal|chain|webhook)\.|^link\.clicked$/;

export const isType = (text: string) => kType.test(text);
export const isReserved = (text: string) => kReserved.test(text);

// The type that an endpoint subscribes to, of those that take in an event type: "order.paid", "order.*" or "*".
export const takenBy = ({ eventTypes }: Pick<Subscription, 'eventTypes'>, type: string) =>
  eventTypes.find(one => one === '*' || one === type || (one.endsWith('.*') && type.startsWith(one.slice(0, -1))));

// The custom types that endpoints subscribe to by name.
export const ownTypes = (all: Pick<Subscription, 'eventTypes'>[]) => [
  ...new Set(all.flatMap(({ eventTypes }) => eventTypes).filter(one => isType(one) && !isReserved(one))),
];
