// The ways to a token, and what is learned with it.
import { quietly, ask } from '../api/client.ts';
import { faultOf, unreachable, type Fault } from '../api/fault.ts';
import { askSiblings, ended, person, take, token } from '../state/sign_in.ts';
import { addressOf, go, kNoHandle, place } from '../state/place.ts';

// Who is this, and where may they go? A fault leaves nobody signed in.
export async function meet(): Promise<Fault | null> {
  const answer = await ask(quietly.GET('/v2/auth/me'));
  if (!answer.ok) return answer.fault;
  person.value = answer.data;
  const { handle } = place.value;
  const first = answer.data.handles[0]?.handle;
  if (!handle && first) go(addressOf([first, 'append']), { replace: true });
  else if (!handle && answer.data.platformAdmin) go(addressOf([kNoHandle, 'allowlist']), { replace: true });
  return null;
}

export async function signInWithToken(text: string): Promise<Fault | null> {
  take(text.trim());
  const fault = await meet();
  if (fault && token.value) { sessionStorage.clear(); token.value = ''; }
  if (fault) ended.value = null;
  return fault;
}

// E-mail and password, or a one-time code: anything that is exchanged for a token. Not recorded in the inspector.
export async function signInWith(path: string, body: object): Promise<Fault | null> {
  try {
    const response = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    const said: unknown = await response.json().catch(() => null);
    if (!response.ok) return faultOf(response.status, response.headers, said);
    return signInWithToken((said as { accessToken: string }).accessToken);
  } catch (error) {
    return unreachable(error);
  }
}

// At the start of the page: a one-time code behind the '#', a token of before, or a tab beside this one.
export async function arrive(): Promise<Fault | null> {
  const code = location.hash.slice(1);
  if (code) {
    history.replaceState(null, '', location.pathname + location.search);
    const fault = await signInWith('/v2/auth/exchange', { code });
    if (!fault || !token.value) return fault;
  }
  await askSiblings();
  return token.value ? meet() : null;
}
