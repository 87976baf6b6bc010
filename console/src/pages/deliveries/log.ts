// The deliveries of one endpoint, or the newest of all endpoints: pages joined into one list, newest first.
import { ask, quietly, type Answer } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import type { Delivery } from '../../state/deliveries.ts';

export interface Wanted {
  subscriptions: string[];
  status: string;
  eventType: string;
  since: string | undefined; // instants
  until: string | undefined;
}

export interface Log {
  items: Delivery[];
  cursor: string | null;
  fault: Fault | null;
}

export interface PageOf {
  items: Delivery[];
  nextCursor: string | null;
}

export const kNothing: Log = { items: [], cursor: null, fault: null };
const kFirst = 50,
  kFurther = 200;

const newestFirst = (a: Delivery, b: Delivery) =>
  a.createdAt === b.createdAt ? (a.deliveryId < b.deliveryId ? 1 : -1) : a.createdAt < b.createdAt ? 1 : -1;

async function pageOfOne(
  handle: string,
  subscriptionId: string,
  { status, eventType, since, until }: Wanted,
  cursor: string | undefined,
  limit: number,
): Promise<Answer<PageOf>> {
  const query = {
    limit,
    ...(cursor && { cursor }),
    ...(status && { status: status as 'queued' }),
    ...(eventType && { eventType }),
  };
  const answer = await ask(
    quietly.GET('/v2/handles/{handle}/webhooks/{subscriptionId}/deliveries', {
      params: { path: { handle, subscriptionId }, query },
    }),
  );
  if (!answer.ok) return answer;
  const items = answer.data.items.filter(
    one => (!since || one.createdAt >= since) && (!until || one.createdAt < until),
  );
  const isOver = !!since && answer.data.items.some(one => one.createdAt < since);
  return { ...answer, data: { items, nextCursor: isOver ? null : answer.data.nextCursor } };
}

// The page after a cursor; undefined: the first. For several endpoints it is all that there is.
export async function pageOf(
  handle: string,
  wanted: Wanted,
  cursor: string | undefined,
  limit: number,
): Promise<Answer<PageOf>> {
  const answers = await Promise.all(wanted.subscriptions.map(id => pageOfOne(handle, id, wanted, cursor, limit)));
  const [first] = answers;
  const failed = answers.find(answer => !answer.ok);
  if (failed) return failed;
  const items = answers.flatMap(answer => (answer.ok ? answer.data.items : [])).sort(newestFirst);
  const nextCursor = answers.length === 1 && first!.ok ? first!.data.nextCursor : null;
  return { ok: true, etag: '', exchange: undefined as never, data: { items, nextCursor } };
}

export async function begin(handle: string, wanted: Wanted): Promise<Log> {
  const answer = await pageOf(handle, wanted, undefined, kFirst);
  if (!answer.ok) return { ...kNothing, fault: answer.fault };
  return { items: answer.data.items, cursor: answer.data.nextCursor, fault: null };
}

export async function goOn(handle: string, wanted: Wanted, log: Log): Promise<Log> {
  const answer = await pageOf(handle, wanted, log.cursor ?? undefined, kFurther);
  if (!answer.ok) return { ...log, fault: answer.fault };
  return { fault: null, items: [...log.items, ...answer.data.items], cursor: answer.data.nextCursor };
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
