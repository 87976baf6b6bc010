// Three nodes over one PostgreSQL database: they divide its lanes, and any of them takes any request; one is killed,
// stands still, is drained or stopped under load, and lanes are moved; and who may speak to a node. Skipped where
// PostgreSQL is not installed.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { binary, freshAddress, freshSession, quickRetries, root } from '../kit/beckon.mjs';
import { watch } from '../kit/live.mjs';
import { allDelivered, Load } from '../kit/load.mjs';
import { runPromtool, unexported, withoutPromtool } from '../kit/metrics.mjs';
import { Nodes } from '../kit/nodes.mjs';
import { execute, isInstalled, Postgres } from '../kit/postgres.mjs';
import { until } from '../kit/wait.mjs';

const lease = 3000;
const decisionsPerMinute = 30;
const rule = { triggers: ['page.exit'], when: {}, action: { type: 'popup', payload: { code: 'SAVE10' } } };

let postgres;

describe('several nodes', { skip: isInstalled() ? false : 'PostgreSQL is not installed' }, () => {
  before(async () => {
    postgres = await Postgres.start();
  });
  after(() => postgres.close());

  // What was acknowledged is stored, once, and every node reads the same.
  async function nothingLost(nodes, load) {
    await load.stop();
    await nodes.ready();
    const stored = await load.readBack({ from: nodes.door() });
    return stored;
  }

  // Handles until every node owns the data of one that is not `acme`'s; by the name of the node.
  async function handlesOfEach(nodes) {
    const found = new Map();
    for (let i = 0; found.size < nodes.running.length; i++) {
      const handle = `shop${i}`;
      const made = await nodes.any.admin('POST', '/handles', { handle, ownerEmail: 'ada@example.com' });
      assert.ok([201, 409].includes(made.status), made.text);
      if (nodes.laneOf(handle) === nodes.laneOf()) continue;
      const name = nodes.nameOfOwner(nodes.laneOf(handle));
      if (!found.has(name)) found.set(name, handle);
    }
    return found;
  }
  const signalOf = (node, handle, id = freshSession()) =>
    node.call('POST', '/v2/public/chain/signals', {
      body: { handle, sessionId: id, signals: [{ type: 'page.viewed' }] },
    });

  describe('any door', () => {
    let nodes, n1, n2, n3;
    before(async () => {
      nodes = await Nodes.start(postgres, { flags: ['--address-decisions-per-minute', String(decisionsPerMinute)] });
      await nodes.divided();
      n1 = await nodes.owner();
      [n2, n3] = nodes.all.filter(node => node !== n1);
    });
    after(() => nodes.close());

    test('the lanes are divided evenly, and all nodes are ready', async () => {
      await nodes.ready();
      const counts = await Promise.all(nodes.all.map(node => nodes.lanes(node)));
      assert.deepEqual(counts.sort(), [2, 3, 3]);
      const { json } = await n2.call('GET', '/v2/system/health');
      assert.equal(json.node, n2.name);
    });

    test('beckon nodes lists them, with the lanes and the lease of each', async () => {
      const lines = (await n3.command('nodes')).trim().split('\n');
      assert.equal(lines.length, 3);
      const all = [];
      for (const [i, line] of lines.entries()) {
        const [name, address, lanes, left] = line.split('\t');
        assert.equal(name, `n${i + 1}`);
        const [, numbers, shards] = lanes.match(/^lanes ([\d,]+) \((\d+) shards\)$/);
        assert.equal(numbers.split(',').length * 4, Number(shards));
        all.push(...numbers.split(','));
        assert.match(address, /^127\.0\.0\.1:\d+$/);
        assert.match(left, /^lease [0-3]\.\d s$/);
      }
      assert.deepEqual(all.sort(), [...'01234567']);
    });

    test('a handle that one node makes has its data at the node of its lane, and takes signals at every door at once', async () => {
      const handles = await handlesOfEach(nodes);
      assert.equal(handles.size, 3);
      for (let i = 0; i < 12; i++) {
        const [maker, taker] = [nodes.all[i % 3], nodes.all[(i + 1) % 3]];
        const handle = `fresh${i}`;
        const made = await maker.admin('POST', '/handles', { handle, ownerEmail: 'ada@example.com' });
        assert.equal(made.status, 201, made.text);
        const { status, text } = await signalOf(taker, handle);
        assert.equal(status, 202, `${handle} of ${nodes.nameOfOwner(nodes.laneOf(handle))} at ${taker.name}: ${text}`);
      }
    });

    test('an access token holds at every door as soon as it is made, and nowhere once it is deleted', async () => {
      const handles = [nodes.handle, ...(await handlesOfEach(nodes)).values()];
      for (const handle of handles) {
        const token = await n1.token('OWNER', handle);
        const path = `/v2/handles/${handle}/tokens`;
        const body = { name: 'for a server', scopes: ['chain.signal.write'] };
        const made = await n2.call('POST', path, { body, token });
        assert.equal(made.status, 201, made.text);
        const batch = node =>
          node.call('POST', '/v1/batch', {
            body: { batch: [{ type: 'track', event: 'bought', anonymousId: 'a1', messageId: freshSession() }] },
            headers: { authorization: `Basic ${btoa(`${made.json.token}:`)}` },
          });
        for (const node of nodes.all) {
          const { status, text } = await batch(node);
          assert.equal(status, 200, `${handle} at ${node.name}: ${text}`);
        }
        const gone = await n3.call('DELETE', `${path}/${made.json.tokenId}`, { token });
        assert.ok([200, 204].includes(gone.status), gone.text);
        for (const node of nodes.all) assert.equal((await batch(node)).status, 401, `${handle} at ${node.name}`);
      }
    });

    test('a library whose key is the name of a handle is served at every door', async () => {
      for (const handle of [nodes.handle, ...(await handlesOfEach(nodes)).values()])
        for (const node of nodes.all) {
          const { status, text } = await node.call('POST', '/v1/batch', {
            body: {
              writeKey: handle,
              batch: [{ type: 'track', event: 'seen', anonymousId: 'a1', messageId: freshSession() }],
            },
          });
          assert.equal(status, 200, `${handle} at ${node.name}: ${text}`);
        }
      const { status, json } = await n2.call('POST', '/v1/batch', { body: { writeKey: 'nobody', batch: [] } });
      assert.deepEqual([status, json.error], [401, 'invalid_token']);
    });

    test('what nodes ask one another no client may ask', async () => {
      for (const node of nodes.all)
        assert.equal((await node.call('POST', '/v2/node/changes', { body: {} })).status, 404, node.name);
    });

    test('a signal that one node took is seen by all others at once, and counted once', async () => {
      const signal = { type: 'page.viewed', id: 'one' };
      const session = freshSession();
      assert.equal((await n1.signal(session, signal)).status, 202);
      const { status, json } = await n2.as('CREATOR', 'GET', `/chain/${session}`);
      assert.deepEqual([status, json.version], [200, 1]);
      assert.equal((await n3.signal(session, signal)).json.duplicates, 1);
      for (const node of nodes.all) {
        const id = freshSession();
        assert.equal((await node.signal(id, { type: 'page.viewed' })).status, 202);
        for (const other of nodes.all)
          assert.equal(
            (await other.as('CREATOR', 'GET', `/chain/${id}`)).json.version,
            1,
            `${node.name}, ${other.name}`,
          );
      }
    });

    test('answers of a node that forwards are those of the owner: faults, headers, HEAD, OPTIONS, unknown paths', async () => {
      const same = ({ status, headers, text }) => {
        const kept = { ...headers };
        for (const name of [
          'date',
          'x-request-id',
          'connection',
          'keep-alive',
          'ratelimit-remaining',
          'ratelimit-reset',
        ])
          delete kept[name];
        return { status, kept, text: text.replace(/"requestId":"[^"]*"/, '') };
      };
      const asked = [
        ['GET', '/v2/handles/acme/chain-rules', {}],
        ['GET', '/v2/handles/acme/chain-rules', { token: await n1.token('CREATOR') }],
        ['GET', '/v2/handles/nobody/chain-rules', { token: await n1.token('CREATOR') }],
        ['POST', '/v2/public/chain/signals', { body: '{' }],
        ['POST', '/v2/public/chain/signals', { body: 'x', headers: { 'content-type': 'text/csv' } }],
        ['POST', '/v2/public/chain/signals', { body: 'x'.repeat(100_000) }],
        ['OPTIONS', '/v2/public/chain/signals', { headers: { origin: 'https://shop.example' } }],
        ['PATCH', '/v2/public/chain/signals', { body: {} }],
        ['GET', '/nothing/here?x=1', {}],
        ['GET', '/v2/handles/a%2Fb/chain-rules', {}],
        ['HEAD', '/openapi.json', {}],
        ['GET', '/openapi.json', {}],
        ['GET', '/apps/lifecycle-messaging', {}],
      ];
      for (const [method, path, options] of asked) {
        const [own, other] = [await n1.call(method, path, options), await n2.call(method, path, options)];
        assert.deepEqual(same(other), same(own), `${method} ${path}`);
      }
      const { headers } = await n2.call('GET', '/openapi.json', { headers: { 'x-request-id': 'mine' } });
      assert.equal(headers['x-request-id'], 'mine');
    });

    test('limits go by the address of the client, whichever node it comes to', async () => {
      const from = freshAddress();
      const ask = node => node.chain('resolve', { sessionId: freshSession(), trigger: 'page.exit' }, { from });
      const statuses = [];
      for (let i = 0; i < decisionsPerMinute; i++) statuses.push((await ask(nodes.all[i % 3])).status);
      assert.deepEqual([...new Set(statuses)], [200]);
      for (const node of nodes.all) assert.equal((await ask(node)).status, 429, node.name);
      assert.equal(
        (await n2.chain('resolve', { sessionId: freshSession(), trigger: 'page.exit' }, { from: freshAddress() }))
          .status,
        200,
      );
    });

    test('a rule that is saved by one node decides at the next', async () => {
      const session = freshSession();
      for (const [i, [saves, decides]] of [
        [n3, n1],
        [n1, n2],
        [n2, n3],
      ].entries()) {
        const saved = await saves.as('CREATOR', 'PUT', `/chain-rules/r${i}`, { ...rule, triggers: [`t${i}`] });
        assert.equal(saved.status, 201, saved.text);
        const { status, text } = await decides.chain('resolve', { sessionId: session, trigger: `t${i}` });
        assert.equal(status, 200, text);
        assert.match(text, /SAVE10/);
      }
    });

    test('the live feed of a node that forwards has what the others take, and ends with its client', async () => {
      const token = await n2.token('OPERATOR');
      const feed = await watch(`${n2.base}/v2/handles/acme/live`, { token });
      assert.equal(feed.status, 200);
      const session = freshSession();
      await until('the feed has begun', async () => {
        await n1.signal(session, { type: 'page.viewed' });
        return feed.events.items.some(({ data }) => JSON.stringify(data).includes(session));
      });
      await feed.close();
    });

    test('a body of many frames arrives whole, and one beyond the limit of its route is refused', async () => {
      const lines = count => JSON.stringify({ signals: Array.from({ length: count }, () => 'x'.repeat(1000)) });
      for (const count of [60, 400]) {
        const path = '/v2/handles/acme/chain/import';
        const token = await n1.token('OPERATOR');
        const [own, other] = [
          await n1.call('POST', path, { body: lines(count), token }),
          await n2.call('POST', path, { body: lines(count), token }),
        ];
        assert.ok(own.status >= 400, String(own.status));
        assert.deepEqual([other.status, other.json.message], [own.status, own.json.message]);
      }
    });

    test('metrics of every node are as docs/scale.md lists them', async () => {
      const listed = [
        ...readFileSync(join(root, 'docs/scale.md'), 'utf8').matchAll(
          /^\| `(beckon_\w+)(?:\{[\w,]*\})?` \| (\w+) \|/gm,
        ),
      ].map(([, name, type]) => [name, type]);
      assert.ok(listed.length > 8);
      let lanes = 0;
      for (const node of nodes.all) {
        const metrics = await nodes.metrics(node);
        for (const [name, type] of listed) assert.equal(metrics.families.get(name)?.type, type, `${node.name} ${name}`);
        lanes += metrics.value('beckon_node_lanes');
        assert.equal(metrics.value('beckon_node_lanes_reached'), 8);
        assert.equal(metrics.value('beckon_node_peers'), 2);
        if (!withoutPromtool) assert.equal(runPromtool(['check', 'metrics'], { input: metrics.text }).out, '');
      }
      assert.equal(lanes, 8);
      assert.ok((await nodes.metrics(n2)).sum('beckon_node_forwarded_total', 'result="answered"') > 0);
    });

    test('a request is counted once, by the node that answers it, or as forwarded by the one that it came to', async () => {
      const counted = async node =>
        (await nodes.metrics(node)).sum('beckon_http_requests_total', 'route="/v2/public/chain/signals"');
      const forwarded = async node =>
        (await nodes.metrics(node)).sum('beckon_http_requests_total', 'route="forwarded"');
      const before_ = [await counted(n1), await counted(n2), await forwarded(n1), await forwarded(n2)];
      for (let i = 0; i < 5; i++) assert.equal((await n1.signal(freshSession(), { type: 'page.viewed' })).status, 202);
      for (let i = 0; i < 3; i++) assert.equal((await n2.signal(freshSession(), { type: 'page.viewed' })).status, 202);
      const after_ = [await counted(n1), await counted(n2), await forwarded(n1), await forwarded(n2)];
      assert.deepEqual(
        after_.map((value, i) => value - before_[i]),
        [8, 0, 0, 3],
      );
    });

    test('the alert rules are valid, and name only what nodes export', async () => {
      const file = join(root, 'docs/monitoring/nodes.yml');
      const queries = readFileSync(file, 'utf8').match(/expr: .*/g);
      const { seen, missing } = unexported(queries, await nodes.metrics(n1));
      assert.deepEqual(missing, []);
      assert.ok(seen >= queries.length);
      if (withoutPromtool) return;
      const { status, out } = runPromtool(['check', 'rules', file]);
      assert.equal(status, 0, out);
    });

    test('a node has one connection to the database for its lease, and at most four for each of its lanes', async () => {
      const found = execute(
        nodes.where,
        `SELECT name, (SELECT count(*) FROM shard s WHERE s.owner = n.incarnation) / 4,
         (SELECT count(*) FROM pg_stat_activity a WHERE a.datname = current_database()
          AND a.application_name IN (n.name, 'beckon ' || n.incarnation)) FROM node n`,
      ).split('\n');
      assert.equal(found.length, 3);
      for (const line of found) {
        const [name, lanes, connections] = line.split('|');
        assert.ok(Number(connections) <= 2 + 4 * Number(lanes), `${name}: ${connections} for ${lanes} lanes`);
      }
    });

    describe('the node port', () => {
      const addressOf = name => execute(nodes.where, `SELECT address FROM node WHERE name = '${name}'`).split(':');
      const addressOfOne = () => addressOf(n1.name);
      const strangers = async () => (await nodes.metrics(n1)).value('beckon_node_strangers_total');
      // What a stranger gets: the number of bytes after its own, once the connection has ended.
      const ended = socket =>
        new Promise(done => {
          let size = 0;
          socket.on('data', part => {
            size += part.length;
          });
          socket.on('error', () => {});
          socket.on('close', () => done(size));
        });

      test('refuses who has no certificate, or one of another key', async () => {
        const [host, port] = addressOfOne();
        const folder = mkdtempSync(join(tmpdir(), 'beckon-stranger-'));
        execFileSync(
          'openssl',
          [
            'req',
            '-x509',
            '-newkey',
            'ed25519',
            '-nodes',
            '-days',
            '30',
            '-subj',
            '/CN=beckon node',
            '-keyout',
            join(folder, 'key'),
            '-out',
            join(folder, 'pem'),
          ],
          { stdio: 'ignore' },
        );
        const own = { key: readFileSync(join(folder, 'key')), cert: readFileSync(join(folder, 'pem')) };
        const before_ = await strangers();
        for (const shown of [{}, own]) {
          const socket = connectTls({ host, port: Number(port), rejectUnauthorized: false, ...shown });
          socket.on('secureConnect', () => socket.write(Buffer.alloc(64, 1)));
          assert.equal(await ended(socket), 0, 'nothing is answered');
        }
        rmSync(folder, { recursive: true });
        await until('they are counted', async () => (await strangers()) === before_ + 2);
        assert.match(n1.log, /"node_refused".*master key/);
      });

      test('refuses what is no TLS, and goes on', async () => {
        const [host, port] = addressOfOne();
        const socket = connect(Number(port), host);
        const over = ended(socket);
        socket.end('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
        await over;
        assert.equal((await n2.signal(freshSession(), { type: 'page.viewed' })).status, 202);
      });
    });

    test('another master key is refused before anything is written', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'beckon-other-'));
      const key = join(folder, 'master.key');
      writeFileSync(key, randomBytes(32).toString('base64'), { mode: 0o600 });
      const before_ = execute(nodes.where, 'SELECT count(*) FROM node');
      const { status, stderr } = spawnSync(
        binary,
        ['serve', '--data', folder, '--listen', '127.0.0.1:0', '--master-key-file', key, '--node', 'n9'],
        { encoding: 'utf8', env: { PATH: process.env.PATH, BECKON_DATABASE: nodes.where }, timeout: 60_000 },
      );
      assert.equal(status, 1, stderr);
      assert.match(stderr, /were encrypted with the master key/);
      assert.equal(execute(nodes.where, 'SELECT count(*) FROM node'), before_);
      rmSync(folder, { recursive: true });
    });
  });

  // Why a node took a lane last.
  function takeoverOf(node, lane) {
    const took = [...node.log.matchAll(/"took_over".*?"lane":(\d+),"why":"([^"]*)"/g)]
      .filter(([, of]) => Number(of) === lane)
      .at(-1);
    assert.ok(took, node.log.slice(-2000));
    return took[2];
  }

  // Writes for a handle at these nodes, again and again: what was answered, until it is stopped, and the longest time
  // from one 202 to the next.
  function ask(nodes, handle) {
    const seen = new Map();
    let goes = true;
    let longest = 0;
    const done = (async () => {
      let last = performance.now();
      for (let i = 0; goes; i++) {
        const { status } = await signalOf(nodes[i % nodes.length], handle);
        seen.set(status, (seen.get(status) ?? 0) + 1);
        if (status === 202) {
          longest = Math.max(longest, performance.now() - last);
          last = performance.now();
        }
        await pass(5);
      }
    })();
    return {
      async stop() {
        goes = false;
        await done;
        return { seen, longest: Math.round(longest) };
      },
    };
  }

  // Three nodes whose handle has a subscription, with its receiver on loopback.
  async function withSubscription(t) {
    const nodes = await Nodes.start(postgres, { flags: ['--admit-http', ...quickRetries] });
    t.after(() => nodes.close());
    const allowed = await nodes.any.admin('PUT', '/allowlist', { handles: ['*'], egress: ['127.0.0.0/8'] });
    assert.equal(allowed.status, 200, allowed.text);
    await nodes.divided();
    const hook = await nodes.all[2].subscribe(['signal.load']);
    t.after(() => hook.close());
    return { nodes, hook };
  }

  test('an owner is killed under load, twice: others take its lanes when its lease is over and nothing is lost, and lanes of others are answered all the time', {
    timeout: 240_000,
  }, async t => {
    const { nodes, hook } = await withSubscription(t);
    const load = new Load(nodes.door(), { resend: 1 });
    t.after(() => load.stop());
    const gaps = [];
    for (let round = 0; round < 2; round++) {
      await load.more(150);
      const former = await nodes.owner();
      const others = nodes.running.filter(node => node !== former);
      const asked = [];
      for (const [name, handle] of await handlesOfEach(nodes))
        if (name !== former.name) asked.push(ask(others, handle));
      assert.equal(asked.length, 2);
      await former.kill();
      const began = performance.now();
      const next = await nodes.owner([former]);
      await load.more(50);
      gaps.push(Math.round(performance.now() - began));
      for (const one of asked) {
        const { seen } = await one.stop();
        assert.deepEqual([...seen.keys()], [202]);
        // One that waits for the lease to be over gets one or two answers meanwhile.
        assert.ok(seen.get(202) > 5, `only ${seen.get(202)} requests`);
      }
      assert.equal(takeoverOf(next, nodes.laneOf()), 'the lease of the owner is over');
      await former.open();
      await nodes.divided();
      await load.more(100);
    }
    const stored = await nothingLost(nodes, load);
    await allDelivered(nodes.door(), hook, stored);
    t.diagnostic(`${stored.size} stored, ${load.refused} answers 503; from the kill to 50 more answers: ${gaps} ms`);
  });

  test('an owner stands still for longer than its lease, under load: it is fenced, gets its share again, nothing is lost, and every event is delivered', {
    timeout: 180_000,
  }, async t => {
    const { nodes, hook } = await withSubscription(t);
    const load = new Load(nodes.door(), { resend: 1 });
    t.after(() => load.stop());
    for (let round = 0; round < 2; round++) {
      await load.more(150);
      const former = await nodes.owner();
      former.child.kill('SIGSTOP');
      const next = await nodes.owner([former]);
      former.child.kill('SIGCONT');
      await nodes.divided();
      assert.equal(former.child.exitCode, null, 'the same process');
      assert.notEqual(next, former);
      await load.more(100);
    }
    const stored = await nothingLost(nodes, load);
    await allDelivered(nodes.door(), hook, stored);
    t.diagnostic(`${stored.size} stored, ${load.refused} answers 503, ${load.unanswered} requests without an answer`);
  });

  test('the database crashes under load, for less and for more than a lease: 503 with Retry-After, each lane has one owner again, and nothing is lost', {
    timeout: 180_000,
  }, async t => {
    const nodes = await Nodes.start(postgres);
    t.after(() => nodes.close());
    const load = new Load(nodes.door(), { resend: 1 });
    t.after(() => load.stop());
    const processes = nodes.all.map(({ child }) => child);
    for (const standstill of [500, lease + 1500, 500]) {
      await load.more(100);
      await postgres.stopAtOnce();
      await pass(standstill);
      await postgres.open();
      await nodes.ready();
      await load.more(100);
    }
    const stored = await nothingLost(nodes, load);
    assert.equal(load.unanswered, 0, 'every request was answered');
    assert.ok(
      processes.every(({ exitCode }) => exitCode === null),
      'every process went on',
    );
    await nodes.divided();
    t.diagnostic(`${stored.size} stored, ${load.refused} answers 503`);
  });

  test('an owner is stopped under load: the others answer 202, or 503 with Retry-After, and take its lanes at once', {
    timeout: 240_000,
  }, async t => {
    const nodes = await Nodes.start(postgres);
    t.after(() => nodes.close());
    const gaps = [];
    const longest = [];
    for (let round = 0; round < 3; round++) {
      await nodes.divided();
      const former = await nodes.owner();
      const others = nodes.running.filter(node => node !== former);
      const asked = ask(others, nodes.handle);
      const load = new Load(nodes.door(others), { resend: 1, clients: 8 });
      await load.more(100);
      const refusals = () => load.refused;
      const before_ = refusals();
      const { code } = await former.stop();
      assert.equal(code, 0);
      const next = await nodes.owner([former]);
      await load.more(100);
      await load.stop();
      assert.equal(load.unanswered, 0, 'every request was answered');
      assert.notEqual(takeoverOf(next, nodes.laneOf()), 'the lease of the owner is over', 'nobody has waited for it');
      await load.readBack({ from: nodes.door(others) });
      gaps.push(refusals() - before_);
      longest.push((await asked.stop()).longest);
      await former.open();
    }
    t.diagnostic(`answers 503 of eight clients that wait 20 ms each time: ${gaps}; longest wait: ${longest} ms`);
  });

  test('a lane is moved by command under load, from node to node: nothing is lost, nothing twice, and it stays where it is wanted', {
    timeout: 240_000,
  }, async t => {
    const { nodes, hook } = await withSubscription(t);
    const lane = nodes.laneOf();
    const load = new Load(nodes.door(), { resend: 1 });
    t.after(() => load.stop());
    const longest = [];
    for (let round = 0; round < 4; round++) {
      await load.more(100);
      const asked = ask(nodes.all, nodes.handle);
      const name = nodes.nameOfOwner(lane);
      const to = nodes.all[(nodes.all.findIndex(node => node.name === name) + 1) % 3];
      const said = await nodes.any.command('nodes', 'move', '--lane', String(lane), '--to', to.name);
      assert.match(said, new RegExp(`lane ${lane} goes to ${to.name}`));
      await until('the lane is there', () => nodes.nameOfOwner(lane) === to.name, 30_000);
      await load.more(50);
      longest.push((await asked.stop()).longest);
    }
    await nodes.divided();
    assert.match(await nodes.any.command('nodes'), new RegExp(`lane ${lane}\twanted at ${nodes.nameOfOwner(lane)}`));
    const stored = await nothingLost(nodes, load);
    assert.equal(load.unanswered, 0, 'every request was answered');
    await allDelivered(nodes.door(), hook, stored);
    t.diagnostic(`${stored.size} stored, ${load.refused} answers 503 in four moves; longest wait: ${longest} ms`);
    const { code } = await nodes.any.cli(
      ...['nodes', 'move', '--lane', String(lane), '--to', 'nobody', '--database', nodes.where],
    );
    assert.equal(code, 1);
  });

  test('a node is drained and resumed under load, and a fourth gets its share', { timeout: 240_000 }, async t => {
    const nodes = await Nodes.start(postgres);
    t.after(() => nodes.close());
    await nodes.divided();
    const load = new Load(nodes.door(), { resend: 1 });
    t.after(() => load.stop());
    await load.more(50);
    const former = await nodes.owner();
    const others = nodes.running.filter(node => node !== former);
    await nodes.any.command('nodes', 'drain', former.name);
    await nodes.divided(others);
    assert.equal(await nodes.lanes(former), 0);
    assert.match(await nodes.any.command('nodes'), new RegExp(`${former.name}\t.*no lanes.*drained`));
    await load.more(50);
    await nodes.any.command('nodes', 'resume', former.name);
    await nodes.divided();
    await nodes.add('n4');
    assert.deepEqual(await nodes.divided(), [2, 2, 2, 2]);
    await load.more(50);
    await nothingLost(nodes, load);
    assert.equal(load.unanswered, 0, 'every request was answered');
  });

  test('a node that waits for too many answers says 503, and the others are answered when the owner goes on', {
    timeout: 120_000,
  }, async t => {
    const nodes = await Nodes.start(postgres, { count: 2, flags: ['--node-window', '64KiB'] });
    t.after(() => nodes.close());
    await nodes.divided();
    const n1 = await nodes.owner();
    const n2 = nodes.all.find(node => node !== n1);
    const signal = value =>
      n2.signal(freshSession(), { type: 'page.viewed', metadata: { value: 'x'.repeat(1800) }, id: value });
    assert.equal((await signal('first')).status, 202);
    n1.child.kill('SIGSTOP');
    const asked = Array.from({ length: 60 }, (_, i) => signal(`n${i}`));
    const refused = await Promise.any(
      asked.map(one => one.then(answer => (answer.status === 503 ? answer : Promise.reject()))),
    );
    n1.child.kill('SIGCONT');
    assert.match(refused.text, /Too many requests wait/);
    assert.ok(Number(refused.headers['retry-after']) >= 1);
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    assert.deepEqual([...new Set(statuses)].sort(), [202, 503]);
    const metrics = await nodes.metrics(n2);
    assert.equal(
      metrics.value('beckon_node_forwarded_total', '{result="full"}'),
      statuses.filter(s => s === 503).length,
    );
    await until(
      'nothing waits',
      async () => (await nodes.metrics(n2)).value('beckon_node_forward_waiting_bytes') === 0,
    );
  });

  test('two processes with one name: the first ends with a sentence', async t => {
    const nodes = await Nodes.start(postgres, { count: 1 });
    t.after(() => nodes.close());
    const [first] = nodes.all;
    const second = await nodes.add('n1');
    await first.exited;
    assert.match(first.log, /Another process has joined as node n1/);
    await nodes.divided([second]);
  });
});
