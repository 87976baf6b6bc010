// Contract section 6: what an attempt shows of the wire, and that an endpoint's own headers are secrets at rest.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { Beckon, quickRetries } from './kit/beckon.mjs';
import { needsFiles } from './kit/postgres.mjs';
import { Log, until } from './kit/wait.mjs';

let beckon;
const open = [];
before(async () => {
  beckon = await Beckon.start({ flags: ['--dev', ...quickRetries] });
});
after(async () => {
  for (const close of open) await close();
  await beckon?.close();
});

const hooks = (method, path = '', body) => beckon.as('OPERATOR', method, `/webhooks${path}`, body);
const kOk = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

// A receiver that keeps the bytes of each request and answers with those given; { url, requests, close }.
async function wire(answer = () => kOk) {
  const requests = new Log(),
    sockets = new Set();
  const server = createServer(socket => {
    let text = '';
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', part => {
      text += part.toString('latin1');
      for (;;) {
        const head = text.indexOf('\r\n\r\n');
        if (head < 0) return;
        const end = head + 4 + Number(/^content-length: (\d+)$/im.exec(text.slice(0, head))[1]);
        if (text.length < end) return;
        requests.add(text.slice(0, end));
        text = text.slice(end);
        socket.write(answer());
      }
    });
  });
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  const close = () => {
    for (const socket of sockets) socket.destroy();
    return new Promise(done => server.close(done));
  };
  open.push(close);
  return { url: `http://127.0.0.1:${server.address().port}`, requests, close };
}

async function subscribe(endpointUrl, headers) {
  const made = await hooks('POST', '', { endpointUrl, eventTypes: ['webhook.test'], headers });
  assert.equal(made.status, 201, made.text);
  return made.json;
}

async function ended({ subscriptionId }, { deliveryId }, status) {
  return until(`it is ${status}`, async () => {
    const { json } = await hooks('GET', `/${subscriptionId}/deliveries/${deliveryId}`);
    return json.status === status && json;
  });
}
const fire = async ({ subscriptionId }) => (await hooks('POST', `/${subscriptionId}/test`, {})).json;

// Name in lower case and value of each line of a request's head.
const lines = request =>
  request
    .slice(0, request.indexOf('\r\n\r\n'))
    .split('\r\n')
    .slice(1)
    .map(line => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]);

describe('an attempt', () => {
  test('shows the URL and every header line of the request as it was on the wire, credentials masked', async () => {
    const receiver = await wire();
    const url = `${receiver.url}/in?from=beckon`;
    const hook = await subscribe(url, {
      ACCEPT: 'text/csv',
      'User-Agent': 'warehouse/3',
      'X-Warehouse': 'north 4',
      'X-Shop-Token': 't0p-s3cret',
    });
    const fired = await fire(hook);
    const sent = lines(await receiver.requests.next());
    const [attempt] = (await ended(hook, fired, 'delivered')).attempts;
    assert.equal(attempt.url, url);
    assert.deepEqual(
      Object.entries(attempt.requestHeaders),
      sent.map(([name, value]) => [name, name === 'x-shop-token' ? '***' : value]),
    );
    const names = sent.map(([name]) => name);
    assert.equal(new Set(names).size, names.length, 'each name once');
    for (const name of ['host', 'content-length', 'accept', 'user-agent', 'content-type', 'webhook-signature'])
      assert.ok(names.includes(name), name);
    assert.deepEqual(
      ['accept', 'user-agent', 'x-shop-token'].map(name => Object.fromEntries(sent)[name]),
      ['text/csv', 'warehouse/3', 't0p-s3cret'],
    );
  });

  test('keeps the URL that it went to when the endpoint moves', async () => {
    const here = await wire(() => 'HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n');
    const there = await wire();
    const hook = await subscribe(`${here.url}/old`);
    const fired = await fire(hook);
    await ended(hook, fired, 'failed');
    await hooks('PATCH', `/${hook.subscriptionId}`, { endpointUrl: `${there.url}/new` });
    await hooks('POST', `/${hook.subscriptionId}/deliveries/${fired.deliveryId}/retry`);
    const { attempts } = await ended(hook, fired, 'delivered');
    assert.deepEqual(
      attempts.map(({ url }) => url),
      [`${here.url}/old`, `${there.url}/new`],
    );
    assert.deepEqual(
      attempts.map(({ requestHeaders }) => `http://${requestHeaders.host}`),
      [here.url, there.url],
    );
  });

  test('shows the headers of the response, also where lines share a name', async () => {
    const receiver = await wire(
      () => 'HTTP/1.1 201 Made\r\nX-Ticket: 81\r\nVia: a\r\nVIA:  b \r\nContent-Length: 2\r\n\r\nok',
    );
    const hook = await subscribe(receiver.url);
    const [attempt] = (await ended(hook, await fire(hook), 'delivered')).attempts;
    assert.deepEqual(attempt.responseHeaders, { 'x-ticket': '81', via: 'a, b', 'content-length': '2' });
    assert.equal(attempt.responseHeadersCut, false);
    assert.equal(attempt.responseBody, 'ok');
  });

  test('keeps 16 KiB of larger headers, and says so', async () => {
    const many = Array.from({ length: 300 }, (_, n) => `X-Line-${n}: ${'y'.repeat(80)}\r\n`).join('');
    const receiver = await wire(() => `HTTP/1.1 200 OK\r\n${many}\r\n`);
    const hook = await subscribe(receiver.url);
    const { attempts } = await ended(hook, await fire(hook), 'failed');
    for (const attempt of attempts) {
      assert.equal(attempt.status, null);
      assert.equal(attempt.responseHeadersCut, true);
      assert.equal(attempt.responseHeaders['x-line-0'], 'y'.repeat(80));
      const kept = Object.entries(attempt.responseHeaders).reduce(
        (sum, [name, value]) => sum + name.length + value.length + 4,
        0,
      );
      assert.ok(kept > 15 * 1024 && kept <= 16 * 1024 + 2, `${kept} bytes`); // the last line lacks its end
    }
  });

  test('without a response has no response headers', async () => {
    const receiver = await wire();
    await receiver.close();
    const hook = await subscribe(receiver.url);
    const { attempts } = await ended(hook, await fire(hook), 'failed');
    assert.deepEqual([attempts[0].responseHeaders, attempts[0].responseHeadersCut], [null, false]);
    assert.equal(attempts[0].url, receiver.url);
  });
});

describe('the values of an endpoint’s own headers', () => {
  const files = () =>
    readdirSync(beckon.data)
      .filter(name => name.startsWith('beckon.db'))
      .map(name => readFileSync(join(beckon.data, name)));
  const lie = value =>
    [value, Buffer.from(value).toString('base64').slice(0, -4)].some(text =>
      files().some(bytes => bytes.includes(text)),
    );

  test('lie in no file and no log, before and after they were sent', { skip: needsFiles }, async () => {
    const receiver = await wire();
    const values = ['aisle-needle-17', 'token-needle-18', 'agent-needle-19'];
    const hook = await subscribe(receiver.url, {
      'X-Aisle': values[0],
      'X-Door-Token': values[1],
      'User-Agent': values[2],
    });
    assert.ok(lie(hook.subscriptionId), 'the files are those that the server writes');
    const fired = await fire(hook);
    const request = await receiver.requests.next();
    for (const value of values) assert.ok(request.includes(value), value);
    const [attempt] = (await ended(hook, fired, 'delivered')).attempts;
    assert.equal(attempt.requestHeaders['x-aisle'], values[0], 'shown where it is no credential');
    for (const value of values) assert.ok(!lie(value) && !beckon.log.includes(value), value);
    await beckon.stop();
    for (const value of values) assert.ok(!lie(value), `${value} after the end`);
    await beckon.open();
    await fire(hook);
    assert.ok((await receiver.requests.next(one => one !== request)).includes(values[1]), 'and still sent');
    assert.deepEqual((await hooks('GET', `/${hook.subscriptionId}`)).json.headers, {
      'X-Aisle': values[0],
      'X-Door-Token': '***',
      'User-Agent': values[2],
    });
    await hooks('DELETE', `/${hook.subscriptionId}`);
    const { json } = await hooks('GET', `/${hook.subscriptionId}/deliveries/${fired.deliveryId}`);
    assert.equal(json.attempts[0].requestHeaders['x-aisle'], values[0], 'the log outlives its endpoint');
  });

  test('that an older version left in plain text are sealed when the server starts', { skip: needsFiles }, async () => {
    const receiver = await wire();
    const hook = await subscribe(receiver.url, { 'X-Gate': 'unused' });
    await beckon.stop();
    const file = new DatabaseSync(join(beckon.data, 'beckon.db'));
    file
      .prepare('INSERT INTO plain_headers (handle, id, headers) VALUES (?, ?, ?)')
      .run(beckon.handle, hook.subscriptionId, '[["X-Gate","gate-needle-20"]]');
    file.exec("INSERT OR IGNORE INTO meta (name, value) VALUES ('headers_to_seal', 1)");
    file.close();
    assert.ok(lie('gate-needle-20'));
    await beckon.open();
    assert.ok(!lie('gate-needle-20'));
    await fire(hook);
    assert.equal(Object.fromEntries(lines(await receiver.requests.next()))['x-gate'], 'gate-needle-20');
  });
});
