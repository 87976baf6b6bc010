// The current user. The token is kept in this tab's session storage at most; a new tab asks the others for it. When a
// sign-in expires, the person stays and the token goes: the page keeps its content and asks to sign in again.
import { computed, signal } from '@preact/signals';
import type { Fault } from '../api/fault.ts';

export type Role = 'CREATOR' | 'OPERATOR' | 'OWNER';
export interface Person {
  subject: string;
  platformAdmin: boolean;
  handles: { handle: string; role: string }[];
  expiresAt?: string;
}

const kKept = 'beckon.token';
const kRank = ['CREATOR', 'OPERATOR', 'OWNER'];

export const token = signal(sessionStorage.getItem(kKept) ?? '');
export const person = signal<Person | null>(null);
export const ended = signal<Fault | null>(null); // why the last sign-in ended, unless the user signed out
export const doubted = signal(0); // incremented when the server reports another role than the page assumed

export const handed = signal(0); // incremented when another tab shared its sign-in

const siblings = new BroadcastChannel('beckon.sign-in');
siblings.onmessage = ({ data }) => {
  if (data === 'who?' && token.value) siblings.postMessage({ token: token.value });
  if (data === 'out' && token.value) forget();
  if (data?.token && !token.value) {
    take(data.token);
    handed.value += 1;
  }
};

export function take(text: string) {
  sessionStorage.setItem(kKept, text);
  ended.value = null;
  token.value = text;
}

export function drop() {
  sessionStorage.removeItem(kKept);
  token.value = '';
}

function forget() {
  drop();
  ended.value = null;
  person.value = null;
}

export function signOut() {
  forget();
  siblings.postMessage('out');
}

export function signedOut(why: Fault) {
  ended.value = why;
  drop();
}

// Waits briefly for another tab to share its sign-in.
export function askSiblings(): Promise<void> {
  if (token.value) return Promise.resolve();
  siblings.postMessage('who?');
  return new Promise(done => {
    const stop = token.subscribe(text => {
      if (text) finish();
    });
    const late = setTimeout(finish, 150);
    function finish() {
      clearTimeout(late);
      queueMicrotask(() => stop());
      done();
    }
  });
}

export const roleOn = (handle: string) => person.value?.handles.find(grant => grant.handle === handle)?.role ?? '';

export const includes = (role: string, wanted: Role) => kRank.indexOf(role) >= kRank.indexOf(wanted);

export const isUser = computed(() => person.value?.subject.includes('@') ?? false);

export const isAdmin = computed(() => person.value?.platformAdmin ?? false);
