// The ways to a token, and what is learned with it.
import { effect } from '@preact/signals';
import { quietly, ask } from '../api/client.ts';
import { faultOf, unreachable, type Fault } from '../api/fault.ts';
import { askSiblings, doubted, drop, ended, handed, person, signOut, take, token } from '../state/sign_in.ts';
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
  if (fault) {
    drop();
    ended.value = null;
  }
  return fault;
}

// E-mail and password, or a one-time code: anything that is exchanged for a token. Not recorded in the inspector.
export async function signInWith(path: string, body: object): Promise<Fault | null> {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const said: unknown = await response.json().catch(() => null);
    if (!response.ok) return faultOf(response.status, response.headers, said);
    return signInWithToken((said as { accessToken: string }).accessToken);
  } catch (error) {
    return unreachable(error);
  }
}

const kCode = /^#[\w-]{43}$/;

// A link that is opened where the page stands already changes the part behind the '#' alone.
addEventListener('hashchange', () => {
  if (kCode.test(location.hash)) location.reload();
});

// At the start of the page: a one-time code behind the '#', a token of before, or a tab beside this one.
export async function arrive(): Promise<Fault | null> {
  if (kCode.test(location.hash)) {
    const code = location.hash.slice(1);
    history.replaceState(null, '', location.pathname + location.search);
    const fault = await signInWith('/v2/auth/exchange', { code });
    if (!fault || !token.value) return fault;
  }
  await askSiblings();
  arrived = true;
  return token.value ? meet() : null;
}

// A tab beside this one that was slow to answer: its sign-in is taken all the same, where nobody signed in meanwhile.
let arrived = false;
effect(() => {
  if (handed.value && arrived && !person.peek()) void meet();
});

// A person's sign-in is ended at the server. A token of the command line may be in use elsewhere: it is only forgotten
// here.
export async function leave() {
  const until = person.value?.expiresAt;
  const answer = token.value && person.value?.subject !== 'cli' ? await ask(quietly.POST('/v2/auth/logout')) : null;
  signOut();
  if (answer && !answer.ok && answer.fault.status !== 401)
    ended.value = {
      ...answer.fault,
      message: `but the server could not be told: until ${until} the token stays good. ${answer.fault.message}`,
    };
}

// The server knew better what this person may do: so does the page, from now on.
doubted.subscribe(times => {
  if (times) void meet();
});
