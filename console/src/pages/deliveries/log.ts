// The deliveries of one endpoint, or the newest of all endpoints: pages joined into one list, newest first.
import { ask, quietly } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import type { Delivery } from '../../state/deliveries.ts';

export interface Wanted {
  subscriptions: string[];
  status: string;
  eventType: string;
  since: number;
} // since: epoch ms, 0 for all

export interface Log {
  items: Delivery[];
  cursor: string | null;
  fault: Fault | null;
  older: boolean;
} // older: there is more before `since`

export const kNothing: Log = { items: [], cursor: null, fault: null, older: false };
const kFirst = 50,
  kFurther = 200;

const newestFirst = (a: Delivery, b: Delivery) =>
  a.createdAt === b.createdAt ? (a.deliveryId < b.deliveryId ? 1 : -1) : a.createdAt < b.createdAt ? 1 : -1;

export async function pageOf(
  handle: string,
  subscriptionId: string,
  { status, eventType }: Pick<Wanted, 'status' | 'eventType'>,
  cursor: string | null,
  limit = kFirst,
) {
  const query = {
    limit,
    ...(cursor && { cursor }),
    ...(status && { status: status as 'queued' }),
    ...(eventType && { eventType }),
  };
  return ask(
    quietly.GET('/v2/handles/{handle}/webhooks/{subscriptionId}/deliveries', {
      params: { path: { handle, subscriptionId }, query },
    }),
  );
}

// The first page. For several endpoints it is all that is shown, because each has its own log.
export async function begin(handle: string, wanted: Wanted): Promise<Log> {
  const answers = await Promise.all(wanted.subscriptions.map(id => pageOf(handle, id, wanted, null)));
  const failed = answers.find(answer => !answer.ok);
  if (failed && !failed.ok) return { ...kNothing, fault: failed.fault };
  const pages = answers.flatMap(answer => (answer.ok ? [answer.data] : []));
  const cursor = pages.length === 1 ? pages[0]!.nextCursor : null;
  return bounded(
    { items: pages.flatMap(page => page.items).sort(newestFirst), cursor, fault: null, older: false },
    wanted,
  );
}

export async function goOn(handle: string, wanted: Wanted, log: Log): Promise<Log> {
  const answer = await pageOf(handle, wanted.subscriptions[0]!, wanted, log.cursor, kFurther);
  if (!answer.ok) return { ...log, fault: answer.fault };
  return bounded({ ...log, items: [...log.items, ...answer.data.items], cursor: answer.data.nextCursor }, wanted);
}

// Puts new and changed deliveries into the list.
export function refreshed(log: Log, newest: Log): Log {
  const fresh = new Map(newest.items.map(item => [item.deliveryId, item]));
  const kept = log.items.map(item => {
    const again = fresh.get(item.deliveryId);
    fresh.delete(item.deliveryId);
    return again ?? item;
  });
  return { ...log, fault: newest.fault, items: fresh.size ? [...fresh.values(), ...kept].sort(newestFirst) : kept };
}

function bounded(log: Log, { since }: Wanted): Log {
  const items = log.items.filter(item => Date.parse(item.createdAt) >= since);
  return items.length < log.items.length ? { ...log, items, cursor: null, older: true } : log;
}
