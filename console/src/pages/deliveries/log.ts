// The deliveries to all endpoints that fit the filters: pages joined into one list, newest first.
import { ask, quietly, type Answer } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import type { Fault } from '../../api/fault.ts';

export type Listed = components['schemas']['ListedDelivery'];

export interface Wanted {
  q: string; // each '' for any
  subscriptionId: string;
  status: string;
  eventType: string;
  since: string | undefined; // instants
  until: string | undefined;
}

export interface Log {
  items: Listed[];
  cursor: string | null;
  fault: Fault | null;
}

interface PageOf {
  items: Listed[];
  nextCursor: string | null;
}

export const kNothing: Log = { items: [], cursor: null, fault: null };
const kFirst = 50,
  kFurther = 200,
  kTries = 5; // pages without an item that are asked for in a row: a page looks at a bounded number of deliveries

const newestFirst = (a: Listed, b: Listed) =>
  a.createdAt === b.createdAt ? (a.deliveryId < b.deliveryId ? 1 : -1) : a.createdAt < b.createdAt ? 1 : -1;

// The page after a cursor; undefined: the first. It may have no items, and there may still be more.
export function pageOf(
  handle: string,
  { q, subscriptionId, status, eventType, since, until }: Wanted,
  cursor: string | undefined,
  limit: number,
): Promise<Answer<PageOf>> {
  const query = {
    q: q || undefined,
    subscriptionId: subscriptionId || undefined,
    status: (status || undefined) as 'queued' | undefined,
    eventType: eventType || undefined,
    since,
    until,
    cursor,
    limit,
  };
  return ask(quietly.GET('/v2/handles/{handle}/deliveries', { params: { path: { handle }, query } }));
}

async function after(handle: string, wanted: Wanted, log: Log, limit: number, tries: number): Promise<Log> {
  let { cursor } = log;
  for (let left = tries; left > 0; left -= 1) {
    const answer = await pageOf(handle, wanted, cursor ?? undefined, limit);
    if (!answer.ok) return { ...log, cursor, fault: answer.fault };
    const { items, nextCursor } = answer.data;
    cursor = nextCursor;
    if (items.length || !cursor) return { items: [...log.items, ...items], cursor, fault: null };
  }
  return { ...log, cursor, fault: null };
}

export const begin = (handle: string, wanted: Wanted) => after(handle, wanted, kNothing, kFirst, kTries);
export const newest = (handle: string, wanted: Wanted) => after(handle, wanted, kNothing, kFirst, 1);
export const goOn = (handle: string, wanted: Wanted, log: Log) => after(handle, wanted, log, kFurther, kTries);

// Puts new and changed deliveries into the list.
export function refreshed(log: Log, latest: Log): Log {
  const fresh = new Map(latest.items.map(item => [item.deliveryId, item]));
  const kept = log.items.map(item => {
    const again = fresh.get(item.deliveryId);
    fresh.delete(item.deliveryId);
    return again ?? item;
  });
  return { ...log, fault: latest.fault, items: fresh.size ? [...fresh.values(), ...kept].sort(newestFirst) : kept };
}
