// What the tests of other systems' libraries share.
import { createServer, request } from 'node:http';

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

// A proxy before the server whose `answers` are given instead of the server's, one for each request but preflights:
// { status, headers }. `passed` are the requests that came to the server: { method, path, headers, body, status }, and
// `held` those that did not.
export async function openTrouble(port) {
  const trouble = { answers: [], passed: [], held: [] };
  const server = createServer(async (from, answer) => {
    const parts = [];
    for await (const part of from) parts.push(part);
    const body = Buffer.concat(parts);
    const entry = { method: from.method, path: from.url, headers: from.headers, body: body.toString() };
    const next = from.method === 'OPTIONS' ? undefined : trouble.answers.shift();
    if (next) {
      trouble.held.push(entry);
      answer.writeHead(next.status, { ...readableBy(from.headers.origin), ...next.headers });
      return answer.end('{}');
    }
    trouble.passed.push(entry);
    const to = request({ port, method: from.method, path: from.url, headers: from.headers }, back => {
      entry.status = back.statusCode;
      answer.writeHead(back.statusCode, back.headers);
      back.pipe(answer);
    });
    to.on('error', () => from.socket.destroy());
    to.end(body);
  });
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  return Object.assign(trouble, {
    at: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.closeAllConnections();
      return new Promise(done => server.close(done));
    },
  });
}
const readableBy = origin =>
  origin && {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'retry-after',
  };
