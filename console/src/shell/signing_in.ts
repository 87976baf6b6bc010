// Sign-in and sign-out.
import { effect, signal } from '@preact/signals';
import { quietly, ask } from '../api/client.ts';
import type { components } from '../api/described.d.ts';
import { faultOf, unreachable, type Fault } from '../api/fault.ts';
import { kShell } from '../sentences/shell.ts';
import { askSiblings, doubted, drop, ended, handed, person, signOut, take, token } from '../state/sign_in.ts';
import { addressOf, go, kNoHandle, place } from '../state/place.ts';
import { landingOf } from './views.ts';
import { keepForCallback, takeCallback, type Provider } from './provider_sign_in.ts';

// Loads the current user and opens their first page. Returns the fault if that failed.
export async function meet(): Promise<Fault | null> {
  const answer = await ask(quietly.GET('/v2/auth/me'));
  if (!answer.ok) return answer.fault;
  person.value = answer.data;
  const { handle } = place.value;
  const first = answer.data.handles[0]?.handle;
  if (!handle && first) go(landingOf(first), { replace: true });
  else if (!handle && answer.data.platformAdmin) go(addressOf([kNoHandle, 'allowlist']), { replace: true });
  return null;
}

export async function signInWithToken(text: string): Promise<Fault | null> {
  take(text.trim());
  const fault = await meet();
  if (fault) {
    drop();
    ended.value = null;
  }
  return fault;
}

type Said<T> = { said: T; fault: null } | { said: null; fault: Fault };

// Without a token, and not recorded in the inspector.
async function post<T>(path: string, body: object): Promise<Said<T>> {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const said: unknown = await response.json().catch(() => null);
    return response.ok
      ? { said: said as T, fault: null }
      : { said: null, fault: faultOf(response.status, response.headers, said) };
  } catch (error) {
    return { said: null, fault: unreachable(error) };
  }
}

// Exchanges an e-mail address and password or a one-time code for a token.
export async function signInWith(path: string, body: object): Promise<Fault | null> {
  const { said, fault } = await post<{ accessToken: string }>(path, body);
  return fault ?? signInWithToken(said.accessToken);
}

// The identity providers of the server; none if it does not say.
export async function providersOfServer(): Promise<Provider[]> {
  const answer = await ask(quietly.GET('/v2/auth/oidc'));
  return answer.ok ? answer.data.providers : [];
}

// Sends the browser to the provider. Returns the fault if that failed.
export async function signInThrough(name: string): Promise<Fault | null> {
  const path = `/v2/auth/oidc/${encodeURIComponent(name)}/start`;
  const { said, fault } = await post<{ authorizeUrl: string }>(path, { browser: keepForCallback() });
  if (!fault) location.assign(said.authorizeUrl);
  return fault;
}

// The provider itself refused, as when the user pressed Cancel there.
const refusedThere = (error: string): Fault => ({
  code: 'not_signed_in',
  status: 0,
  details: [],
  message: kShell.signIn.refusedThere(error.slice(0, 100)),
});

// A one-time link that was opened: what it is for, or why it does not work.
export const link = signal<{ code: string; looked: Looked | null; fault: Fault | null } | null>(null);
type Looked = components['schemas']['LinkLooked'];

// Accepts it, and signs in if it sets a password.
export async function acceptLink(code: string, password?: string): Promise<Fault | null> {
  const { said, fault } = await post<components['schemas']['LinkAccepted']>('/v2/auth/invitations/accept', {
    code,
    password,
  });
  if (fault) return fault;
  if (!said.accessToken) return null;
  signOut();
  return signInWithToken(said.accessToken);
}

const kCode = /^#[\w-]{43}$/;
const kLink = /^#invitation=([\w-]{1,128})$/;

// Opening a sign-in link in this tab changes only the part after the '#'.
addEventListener('hashchange', () => {
  if (kCode.test(location.hash) || kLink.test(location.hash)) location.reload();
});

// When the page loads: signs in by a one-time code after the '#', an earlier token, or another tab.
export async function arrive(): Promise<Fault | null> {
  if (kCode.test(location.hash)) {
    const code = location.hash.slice(1);
    history.replaceState(null, '', location.pathname + location.search);
    const fault = await signInWith('/v2/auth/exchange', { code });
    if (!fault || !token.value) return fault;
  }
  const back = takeCallback();
  if (back) return back.body ? signInWith('/v2/auth/oidc/callback', back.body) : refusedThere(back.error);
  const code = kLink.exec(location.hash)?.[1];
  if (code) {
    history.replaceState(null, '', location.pathname + location.search);
    const { said, fault } = await post<Looked>('/v2/auth/invitations/look', { code });
    link.value = { code, looked: said, fault };
  }
  await askSiblings();
  arrived = true;
  return token.value ? meet() : null;
}

// Another tab answered late: its sign-in is used if nobody has signed in since.
let arrived = false;
effect(() => {
  if (handed.value && arrived && !person.peek()) void meet();
});

// Ends a user's sign-in at the server. A command-line token may be in use elsewhere, so it is only forgotten here.
export async function leave() {
  const until = person.value?.expiresAt;
  const answer = token.value && person.value?.subject !== 'cli' ? await ask(quietly.POST('/v2/auth/logout')) : null;
  signOut();
  if (answer && !answer.ok && answer.fault.status !== 401)
    ended.value = {
      ...answer.fault,
      message: kShell.signIn.notNotified(until, answer.fault.message),
    };
}

// The server reported another role than the page assumed: reload it.
doubted.subscribe(times => {
  if (times) void meet();
});
