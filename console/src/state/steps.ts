// Which steps of the playbook are done, from what the server knows of the handle: so one can leave and go on later, in
// another browser too.
import { ask, quietly } from '../api/client.ts';
import { known, kSteps, type Done } from './playbook.ts';
import { includes, roleOn } from './sign_in.ts';

const kLooked = 3; // endpoints whose tests are looked for

// The last signal of the newest session, and the last decision: of that session, else of the last four weeks.
async function ofSessions(handle: string): Promise<Done> {
  const sessions = await ask(
    quietly.GET('/v2/handles/{handle}/chain', { params: { path: { handle }, query: { limit: 1 } } }),
  );
  const newest = sessions.ok ? sessions.data.items[0] : undefined;
  if (!newest) return {};
  const { sessionId, lastSignalAt: append } = newest;
  const session = await ask(
    quietly.GET('/v2/handles/{handle}/chain/{sessionId}', { params: { path: { handle, sessionId } } }),
  );
  const own = session.ok ? session.data.decisions?.at(-1)?.resolvedAt : undefined;
  return { append, resolve: own ?? (await lastDecision(handle)) };
}

// The start of the last day with a decision; undefined if there is none.
async function lastDecision(handle: string): Promise<string | undefined> {
  const since = new Date(Date.now() - 28 * 86_400_000).toISOString();
  const counted = await ask(
    quietly.GET('/v2/handles/{handle}/analytics', { params: { path: { handle }, query: { since, bucket: 'day' } } }),
  );
  const points = counted.ok ? counted.data.triggers.flatMap(one => one.points) : [];
  return points
    .filter(({ asked }) => asked > 0)
    .map(({ at }) => at)
    .sort()
    .at(-1);
}

// The newest endpoint, and a test that one of them received.
async function ofEndpoints(handle: string): Promise<Done> {
  if (!includes(roleOn(handle), 'OPERATOR')) return {};
  const path = '/v2/handles/{handle}/webhooks';
  const endpoints = await ask(quietly.GET(path, { params: { path: { handle }, query: { limit: kLooked } } }));
  if (!endpoints.ok || !endpoints.data.items.length) return {};
  const tests = await Promise.all(
    endpoints.data.items.map(({ subscriptionId }) =>
      ask(
        quietly.GET(`${path}/{subscriptionId}/deliveries`, {
          params: {
            path: { handle, subscriptionId },
            query: { eventType: 'webhook.test', status: 'delivered', limit: 1 },
          },
        }),
      ),
    ),
  );
  const received = tests.flatMap(answer => (answer.ok ? answer.data.items.map(one => one.createdAt) : []));
  const created = endpoints.data.items.map(one => one.createdAt);
  return { subscribe: created.sort().at(-1), ...(received.length && { test: received.sort().at(-1) }) };
}

// Looks once for each handle.
export async function learnSteps(handle: string) {
  if (!roleOn(handle) || known.peek()[handle]) return;
  known.value = { ...known.peek(), [handle]: {} };
  const parts = await Promise.all([ofSessions(handle), ofEndpoints(handle)]);
  const found = Object.assign({}, ...parts) as Done;
  known.value = {
    ...known.peek(),
    [handle]: Object.fromEntries(kSteps.flatMap(({ view }) => (found[view] ? [[view, found[view]]] : []))),
  };
}
