// What the tests of other systems' libraries share.
import { after, before } from 'node:test';
import { Beckon } from './beckon.mjs';
import { openWire } from './shop.mjs';

export async function accessToken(beckon, scopes = ['chain.signal.write']) {
  const { status, json, text } = await beckon.as('OPERATOR', 'POST', '/tokens', { name: 'Library', scopes });
  if (status !== 201) throw new Error(`no access token: ${text}`);
  return json.token;
}

// The user of HTTP's basic authentication, without a password.
export const basic = key => ({ authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` });

// A session as an operator sees it; undefined where there is none.
export async function sessionOf(beckon, sessionId) {
  const { status, json } = await beckon.as('OPERATOR', 'GET', `/chain/${encodeURIComponent(sessionId)}`);
  return status === 200 ? json : undefined;
}
export const signalsOf = async (beckon, sessionId) => (await sessionOf(beckon, sessionId))?.signals ?? [];
export const typesOf = async (beckon, sessionId) =>
  (await signalsOf(beckon, sessionId)).map(({ signalKey }) => signalKey);

// For a file of tests: `set` gets, before them, a server, an access token of it, and the wire before the server.
export function served(set) {
  let beckon, wire;
  before(async () => {
    beckon = await Beckon.start();
    wire = await openWire(beckon.port);
    set({ beckon, wire, token: await accessToken(beckon) });
  });
  after(async () => {
    await wire?.close();
    await beckon?.close();
  });
}
