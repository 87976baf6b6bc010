// Pages of another origin, and a proxy before the server that records traffic, can be cut, and can answer by itself.
import { createServer, request } from 'node:http';

const listen = server => new Promise(done => server.listen(0, '127.0.0.1', () => done(server.address().port)));
const closing = server => () =>
  new Promise(done => {
    server.closeAllConnections();
    server.close(done);
  });

// Serves `html` at every path, or what it resolves to for a path, with `policy` if given.
export async function openShop(html, policy) {
  const server = createServer(async ({ url }, answer) => {
    answer.writeHead(200, { 'content-type': 'text/html', ...(policy && { 'content-security-policy': policy }) });
    answer.end(typeof html === 'function' ? await html(url) : html);
  });
  return { origin: `http://127.0.0.1:${await listen(server)}`, close: closing(server) };
}

const readableBy = origin =>
  origin && {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'retry-after',
  };

// Forwards to `port`. `passed` is the recorded traffic, in order: { method, path, headers, body, status }. With `loses` the
// server gets a request but the browser gets no response; with `cut` nothing arrives. `answers`, { status, headers }, are
// given instead of the server's, one for each request but preflights; `held` are the requests that got one.
export async function openWire(port) {
  const wire = { passed: [], held: [], answers: [], loses: () => false, cut: false };
  const server = createServer(async (from, answer) => {
    if (wire.cut) return from.socket.destroy();
    const parts = [];
    for await (const part of from) parts.push(part);
    const body = Buffer.concat(parts);
    const entry = { method: from.method, path: from.url, headers: from.headers, body: body.toString() };
    const next = from.method === 'OPTIONS' ? undefined : wire.answers.shift();
    if (next) {
      wire.held.push(entry);
      answer.writeHead(next.status, { ...readableBy(from.headers.origin), ...next.headers });
      return answer.end('{}');
    }
    wire.passed.push(entry);
    const to = request(
      { host: '127.0.0.1', port, method: from.method, path: from.url, headers: from.headers },
      back => {
        entry.status = back.statusCode;
        entry.answer = back.headers;
        if (wire.loses(entry)) {
          back.resume();
          from.socket.destroy();
          return;
        }
        answer.writeHead(back.statusCode, back.headers);
        back.pipe(answer);
      },
    );
    to.on('error', () => from.socket.destroy());
    to.end(body);
  });
  const at = `http://127.0.0.1:${await listen(server)}`;
  return Object.assign(wire, {
    at,
    close: closing(server),
    chain: () =>
      wire.passed
        .filter(({ path }) => path.startsWith('/v2/public/chain/'))
        .map(({ method, path }) => `${method} ${path.split('/').at(-1)}`),
  });
}
