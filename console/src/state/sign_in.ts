// Who is signed in. The token lives in this tab's session storage at most; a tab opened from another asks it for the
// token. Where a sign-in ended by itself there is a person and no token: what is on the page stays, and waits for
// another.
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
export const ended = signal<Fault | null>(null); // why the last sign-in ended, where it was not asked for
export const doubted = signal(0); // rises when the server knew of another role than this page

export const handed = signal(0); // rises when a tab beside this one gave its sign-in

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

// A moment in which a tab beside this one may hand its sign-in over.
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

export const isAdmin = computed(() => person.value?.platformAdmin ?? false);
