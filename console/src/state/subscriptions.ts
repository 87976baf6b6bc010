// The endpoints of the current handle.
import { signal } from '@preact/signals';
import { ask, quietly } from '../api/client.ts';
import type { components } from '../api/described.d.ts';
import type { Fault } from '../api/fault.ts';

export type Subscription = components['schemas']['Subscription'];

export const subscriptions = signal<Subscription[] | null>(null); // null: not loaded yet
export const subscriptionsFault = signal<Fault | null>(null);

export async function loadSubscriptions(handle: string) {
  const answer = await ask(
    quietly.GET('/v2/handles/{handle}/webhooks', { params: { path: { handle }, query: { limit: 200 } } }),
  );
  if (!answer.ok && answer.fault.status === 401) return; // the page asks to sign in, and keeps what it shows
  subscriptionsFault.value = answer.ok ? null : answer.fault;
  subscriptions.value = answer.ok ? answer.data.items : [];
}

export const hostOf = (url: string) => {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
};

// The path of the receiver built into a server with --dev.
export const kReceiver = '/dev/receiver';
const kLoopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
export function isBuiltIn({ endpointUrl }: { endpointUrl: string }): boolean {
  const { hostname, port, pathname } = new URL(endpointUrl);
  return kLoopback.test(hostname) && port === location.port && pathname.startsWith(kReceiver);
}

export const isDev = signal(false);
export async function learnDev() {
  if (isDev.peek() || !kLoopback.test(location.hostname)) return; // --dev is on loopback only
  isDev.value = await fetch(kReceiver, { method: 'OPTIONS' }).then(
    answer => answer.ok,
    () => false,
  );
}
