// Shared by the four steps of the playbook: the current session, and when each step was done.
import { computed, signal } from '@preact/signals';
import { place, filter } from './place.ts';

export const kSteps = [
  { view: 'append', title: 'Append signals', says: 'what a visitor does' },
  { view: 'resolve', title: 'Resolve and prefetch', says: 'what is decided, and why' },
  { view: 'subscribe', title: 'Subscribe', says: 'where events are sent' },
  { view: 'test', title: 'Test a delivery', says: 'that they arrive' },
] as const;
export type Step = (typeof kSteps)[number]['view'];

export type Done = Partial<Record<Step, string>>; // instants
const kept = <T>(name: string): T | null => {
  try {
    return JSON.parse(sessionStorage.getItem(name) ?? 'null') as T;
  } catch {
    return null;
  }
};

const doneByHandle = signal<Record<string, Done>>(kept('beckon.done') ?? {}); // in this tab
export const known = signal<Record<string, Done>>({}); // to the server (state/steps.ts)
export const done = computed<Done>(() => {
  const { handle } = place.value;
  return { ...known.value[handle], ...doneByHandle.value[handle] };
});

export function finish(step: Step) {
  const { handle } = place.peek();
  doneByHandle.value = {
    ...doneByHandle.value,
    [handle]: { ...doneByHandle.value[handle], [step]: new Date().toISOString() },
  };
  sessionStorage.setItem('beckon.done', JSON.stringify(doneByHandle.value));
}

export function madeUp(handle: string): string {
  const random = [...crypto.getRandomValues(new Uint8Array(6))].map(byte => (byte % 36).toString(36)).join('');
  return `sig_${handle}_${Date.now()}_${random}`;
}

const sessionByHandle = signal<Record<string, string>>(kept('beckon.session') ?? {});

// The session in the URL, else the one used last.
export const session = computed(
  () => place.value.query.get('session') || sessionByHandle.value[place.value.handle] || '',
);

export function take(sessionId: string) {
  const { handle, query } = place.peek();
  sessionByHandle.value = { ...sessionByHandle.value, [handle]: sessionId };
  sessionStorage.setItem('beckon.session', JSON.stringify(sessionByHandle.value));
  if (query.has('session')) filter({ session: sessionId });
}

export const reroll = () => take(madeUp(place.peek().handle));

// Incremented whenever the page did something that the session timeline may show.
export const happened = signal(0);
export const stir = () => {
  happened.value += 1;
};
