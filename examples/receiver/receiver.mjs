// The smallest honest receiver of Beckon's webhooks: believes nothing that is not signed, and answers at once.
//
//   node receiver.mjs --secret whsec_… [--port 9000]
//
// For trials, the path chooses the answer: /status/503, /redirect (302), /gone (410), /hang (no answer at all).
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Webhook } from 'standardwebhooks';

// Throws unless the raw body was signed with this secret, in both of the forms that are sent.
export function verify(secret, headers, body) {
  new Webhook(secret).verify(body, headers); // also refuses a timestamp more than five minutes off
  const wanted = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
  const told = Buffer.from(String(headers['x-arjun-signature'] ?? ''));
  if (told.length !== wanted.length || !timingSafeEqual(told, wanted))
    throw new Error('x-arjun-signature does not match');
}

// { status, headers } of the answer, or null for none.
export function answerOf(path) {
  const [, first, second] = path.split(/[/?]/);
  if (first === 'hang') return null;
  if (first === 'gone') return { status: 410 };
  if (first === 'redirect') return { status: 302, headers: { location: '/elsewhere' } };
  if (first === 'status' && /^[2-5]\d\d$/.test(second ?? '')) return { status: Number(second) };
  return { status: 200 };
}

// Listens on loopback. `secret` may be a function of the path; without one nothing is verified. `answer(delivery)` beats
// the path. `onDelivery` sees each delivery: { at, path, headers, raw, event, verified, problem }. Resolves to { url, port, connections, close }.
export function receiver({ port = 0, host = '127.0.0.1', secret, answer, onDelivery = () => {} } = {}) {
  const server = createServer((request, response) => {
    const parts = [];
    request.on('data', part => parts.push(part));
    request.on('error', () => {});
    request.on('end', () => {
      const raw = Buffer.concat(parts).toString();
      const delivery = {
        at: Date.now(),
        method: request.method,
        path: request.url,
        headers: request.headers,
        raw,
        event: null,
        verified: false,
        problem: '',
      };
      try {
        const key = typeof secret === 'function' ? secret(request.url) : secret;
        if (key) {
          verify(key, request.headers, raw);
          delivery.verified = true;
        }
        delivery.event = JSON.parse(raw);
      } catch (error) {
        delivery.problem = error.message;
      }
      onDelivery(delivery);
      const wanted = delivery.problem ? { status: 401 } : (answer?.(delivery) ?? answerOf(request.url));
      if (wanted === null || wanted.hang) return;
      response.writeHead(wanted.status, wanted.headers);
      response.end(wanted.body ?? (delivery.problem || 'ok'));
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () =>
      resolve({
        url: `http://${host}:${server.address().port}`,
        port: server.address().port,
        connections: () => new Promise(done => server.getConnections((_, count) => done(count ?? 0))),
        close: () =>
          new Promise(done => {
            server.close(done);
            server.closeAllConnections();
          }),
      }),
    );
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '9000' }, secret: { type: 'string' } } });
  if (!values.secret) {
    console.error('receiver: --secret whsec_… is needed, as shown when the subscription was created');
    process.exit(2);
  }
  const seen = new Set(); // delivery is at least once: the same webhook-id is the same event
  const { url } = await receiver({
    port: Number(values.port),
    secret: values.secret,
    onDelivery: ({ path, headers, event, problem }) => {
      const id = headers['webhook-id'] ?? '-';
      const again = seen.has(id) ? ' seen before' : '';
      if (!problem) seen.add(id);
      console.log(
        problem
          ? `REFUSED ${path} ${id}: ${problem}`
          : `${event.type} ${path} ${id} attempt ${headers['x-arjun-attempt'] ?? '?'}${again}`,
      );
    },
  });
  console.log(`receiver ${url}`);
}
