// The Model Context Protocol, as its published clients speak it: docs/neighbours.md, "MCP".
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { Client as Client2026, StreamableHTTPClientTransport as Transport2026 } from '@modelcontextprotocol/client';
import { Client as Client2025 } from '@modelcontextprotocol/sdk/client/index.js';
import {
  discoverAuthorizationServerMetadata,
  discoverOAuthProtectedResourceMetadata,
  extractWWWAuthenticateParams,
} from '@modelcontextprotocol/sdk/client/auth.js';
import { StreamableHTTPClientTransport as Transport2025 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Beckon, freshSession, quickRetries, root } from '../kit/beckon.mjs';
import { beckonWithProvider, signIn } from '../kit/provider.mjs';
import { until } from '../kit/wait.mjs';

const kAll = [
  'chain.signal.write',
  'chain.resolve',
  'chain.rules.read',
  'chain.rules.write',
  'chain.explain',
  'visitors.read',
  'deliveries.read',
  'deliveries.retry',
];
const kTools = [
  'chain_signal',
  'chain_resolve',
  'explain',
  'rules_list',
  'rules_get',
  'rules_put',
  'simulate',
  'people_find',
  'people_get',
  'deliveries_find',
  'retry',
];
const kInfo = { name: 'test', version: '1' };

let beckon, token;
const clients = {}; // one of each kind, with every scope
const tokenFor = async scopes => {
  const made = await beckon.as('OPERATOR', 'POST', '/tokens', { name: 'model', scopes });
  assert.equal(made.status, 201, made.text);
  return made.json.token;
};
const address = (handle = 'demo') => new URL(`${beckon.base}/v2/public/handles/${handle}/mcp`);
const sending = of => ({ requestInit: { headers: { authorization: `Bearer ${of}` } } });
const kinds = {
  'sdk 1.32.2': async (of, where = address()) => {
    const client = new Client2025(kInfo);
    await client.connect(new Transport2025(where, sending(of)));
    return client;
  },
  ...Object.fromEntries(
    [
      ['client 2.4.0', undefined],
      ['client 2.4.0, auto', { mode: 'auto' }],
      ['client 2.4.0, pinned', { mode: { pin: '2026-07-28' } }],
    ].map(([name, versionNegotiation]) => [
      name,
      async (of, where = address()) => {
        const client = new Client2026(kInfo, { versionNegotiation });
        await client.connect(new Transport2026(where, sending(of)));
        return client;
      },
    ]),
  ),
};

before(async () => {
  beckon = await Beckon.start({ flags: ['--dev', ...quickRetries] });
  token = await tokenFor(kAll);
  for (const [name, connect] of Object.entries(kinds)) clients[name] = await connect(token);
});
after(async () => {
  for (const client of Object.values(clients)) await client.close();
  await beckon?.close();
});

// A message as it is written on the wire.
const kMeta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};
const post = (body, { headers, of = token, handle } = {}) =>
  beckon.call('POST', address(handle).pathname, { body, token: of, headers }); // null: without one
const post2025 = (method, params, options) => post({ jsonrpc: '2.0', id: 1, method, params }, options);
const post2026 = (method, params = {}, headers = {}) =>
  post(
    { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: kMeta } },
    { headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, ...headers } },
  );

const some = () => Object.values(clients)[0];
const call = async (name, args = {}, client = some()) => client.callTool({ name, arguments: args });
const answered = async (name, args, client) => {
  const result = await call(name, args, client);
  assert.ok(!result.isError, result.content?.[0]?.text);
  assert.deepEqual(JSON.parse(result.content[0].text), result.structuredContent, 'the text says the same');
  return result.structuredContent;
};
const refused = async (name, args, client) => {
  const result = await call(name, args, client);
  assert.equal(result.isError, true, JSON.stringify(result));
  assert.equal(result.structuredContent, undefined);
  return result.content[0].text;
};
const rule = (more = {}) => ({
  triggers: ['exit'],
  when: { all: [{ seen: { key: 'cart' } }] },
  action: { type: 'popup', payload: { code: 'SAVE10' } },
  ...more,
});

describe('each of the published clients', () => {
  for (const kind of Object.keys(kinds)) {
    test(`${kind} connects and lists the tools`, async () => {
      const client = clients[kind];
      assert.equal(client.getServerVersion().name, 'beckon');
      assert.match(client.getInstructions(), /simulate/);
      const { tools } = await client.listTools();
      assert.deepEqual(
        tools.map(({ name }) => name),
        kTools,
      );
      assert.equal(client.getServerCapabilities().tools !== undefined, true);
    });

    test(`${kind} stores signals, saves a rule, asks for a decision and has it explained`, async () => {
      const client = clients[kind];
      await client.listTools(); // it validates what it has seen the schema of
      const sessionId = freshSession('mcp');
      const stored = await answered('chain_signal', { sessionId, signals: [{ type: 'cart' }] }, client);
      assert.deepEqual([stored.accepted, stored.version, stored.sessionId], [1, 1, sessionId]);
      const saved = await answered('rules_put', { ruleId: 'of-a-model', rule: rule() }, client);
      assert.deepEqual([saved.ruleId, saved.warnings], ['of-a-model', []]);
      const decided = await answered('chain_resolve', { sessionId, trigger: 'exit' }, client);
      assert.deepEqual(
        [decided.outcome, decided.ruleId, decided.action.payload],
        ['act', 'of-a-model', { code: 'SAVE10' }],
      );
      assert.deepEqual(decided.explanation[0].conditions[0].met, true);
      const told = await answered('explain', { decisionId: decided.decisionId }, client);
      assert.deepEqual([told.outcome, told.same, told.explanation.length], ['act', true, 1]);
    });
  }

  test('all of them get the same answers', async () => {
    const sessionId = freshSession('same');
    await answered('chain_signal', { sessionId, signals: [{ type: 'view' }] });
    const at = new Date().toISOString();
    const answers = [];
    for (const client of Object.values(clients)) {
      answers.push([
        (await client.listTools()).tools,
        await answered('chain_resolve', { sessionId, trigger: 'exit', at }, client),
        await answered('rules_list', {}, client),
        await refused('rules_get', { ruleId: 'none-such' }, client).then(text => text.replace(/req_\w+/, '')),
      ]);
    }
    for (const answer of answers.slice(1)) assert.deepEqual(answer, answers[0]);
  });

  for (const kind of Object.keys(kinds)) {
    test(`${kind} is refused without a token that stands, and on another handle`, async () => {
      // One that probes first says less of what it was answered.
      const probes = /auto|pinned/.test(kind);
      const why = [
        probes ? /HTTP 401/ : /invalid_token/,
        kind.includes('pinned') ? /did not offer/ : /handle_not_found/,
      ];
      await assert.rejects(kinds[kind](`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`), why[0]);
      await assert.rejects(kinds[kind](token, address('nowhere')), why[1]);
    });
  }

  test('a call over the limit of the token says how long to wait', async () => {
    await beckon.as('OWNER', 'PATCH', '/settings', { limits: { tokenSignalsPerMinute: 2 } });
    try {
      const client = await kinds['client 2.4.0, auto'](await tokenFor(['chain.signal.write']));
      const send = () =>
        call('chain_signal', { sessionId: freshSession(), signals: [{ type: 'a' }, { type: 'b' }] }, client);
      assert.ok(!(await send()).isError);
      const over = await send();
      assert.equal(over.isError, true);
      assert.match(
        over.content[0].text,
        /2 signals per minute; retry after \d+ s\.[\s\S]*Retry after \d+ s\.\n\(rate_limited, req_/,
      );
      await client.close();
    } finally {
      await beckon.as('OWNER', 'PATCH', '/settings', { limits: { tokenSignalsPerMinute: 60_000 } });
    }
  });
});

describe('a tool', () => {
  test('is listed for a token that may call it, and says which scope another one lacks', async () => {
    const client = await kinds['sdk 1.32.2'](await tokenFor(['chain.rules.read', 'visitors.read']));
    const { tools } = await client.listTools();
    assert.deepEqual(
      tools.map(({ name }) => name),
      ['rules_list', 'rules_get', 'people_find', 'people_get'],
    );
    const text = await refused('rules_put', { ruleId: 'a', rule: rule() }, client);
    assert.match(text, /requires the scope chain\.rules\.write[\s\S]*\(insufficient_scope, /);
    await client.close();
  });

  test('is annotated, and its schemas are those of the route', async () => {
    const document = JSON.parse(readFileSync(join(root, 'docs/openapi.json'), 'utf8'));
    const at = ref =>
      ref
        .slice(2)
        .split('/')
        .reduce((here, part) => here[part.replaceAll('~1', '/').replaceAll('~0', '~')], document);
    const deref = value => (value?.$ref ? deref(at(value.$ref)) : value);
    const membersOf = given => {
      const schema = deref(given);
      return Object.assign(
        {},
        ...['allOf', 'anyOf', 'oneOf'].flatMap(kind => (schema?.[kind] ?? []).map(membersOf)),
        schema?.properties,
      );
    };
    const described = JSON.parse(readFileSync(join(root, 'src/http/mcp/tools.json'), 'utf8'));
    const { tools } = await some().listTools();
    for (const { name, annotations, description, calls, ...own } of described) {
      const listed = tools.find(tool => tool.name === name);
      assert.ok(listed.title && description.length < 700, name);
      assert.equal(typeof annotations.readOnlyHint, 'boolean', name);
      const known = {};
      const answers = {};
      for (const { method, path, body, headers } of calls) {
        const one = document.paths[`/v2/handles/{handle}/${path}`][method.toLowerCase()];
        for (const parameter of (one.parameters ?? []).map(deref)) known[parameter.name] = parameter.schema;
        for (const argument of Object.keys(headers ?? {})) known[argument] = {};
        if (body === '*') Object.assign(known, membersOf(one.requestBody.content['application/json'].schema));
        else if (body) known[body] = {};
        for (const [status, response] of Object.entries(one.responses))
          if (/^2/.test(status)) Object.assign(answers, membersOf(deref(response).content['application/json'].schema));
      }
      for (const argument of Object.keys(own.inputSchema.properties))
        assert.ok(argument in known, `${name}: ${argument}`);
      for (const member of Object.keys(own.outputSchema.properties))
        assert.ok(member === 'cut' || member in answers, `${name}: ${member}`);
    }
  });

  test('says what is wrong with its arguments, at the place where the model wrote it', async () => {
    assert.match(await refused('chain_resolve', {}), /sessionId: is required\n- trigger: is required/);
    assert.match(await refused('rules_list', { colour: 'red' }), /colour: is an unknown argument/);
    assert.match(await refused('rules_list', { limit: 5_000 }), /limit: must be at most 100/);
    assert.match(await refused('rules_get', { ruleId: { a: 1 } }), /ruleId: must be a whole number, or a string/);
    assert.match(await refused('chain_signal', { sessionId: 's', signals: [{ type: 'a b' }] }), /signals\[0\]\.type: /);
    const text = await refused('rules_put', {
      ruleId: 'a',
      rule: rule({ when: { all: [{ seen: { colour: 1 } }] }, priority: 'high' }),
    });
    assert.match(text, /\n- rule\.when\.all\[0\]\.seen\.colour: /);
    assert.match(text, /\n- rule\.priority: /);
    assert.match(await refused('simulate', { simulationId: 'sim_none', since: 'x' }), /since: cannot be combined/);
  });

  test('that is unknown is an error of the protocol', async () => {
    for (const client of Object.values(clients))
      await assert.rejects(client.callTool({ name: 'none-such', arguments: {} }), /no such tool/);
  });

  test('changes a rule only if it is still the one that was read, and the change is in the audit log', async () => {
    const first = await answered('rules_put', { ruleId: 'guarded', rule: rule() });
    await answered('rules_put', { ruleId: 'guarded', rule: rule({ priority: 3 }), ifRulesVersion: first.rulesVersion });
    const late = { ruleId: 'guarded', rule: rule(), ifRulesVersion: first.rulesVersion };
    assert.match(await refused('rules_put', late), /has changed in the meantime[\s\S]*\(precondition_failed, /);
    const { priority, warnings } = await answered('rules_get', { ruleId: 'guarded' });
    assert.deepEqual([priority, warnings], [3, []]);
    const { items } = (await beckon.as('OPERATOR', 'GET', '/audit-events?limit=1')).json;
    assert.deepEqual(
      [items[0].action, items[0].target, items[0].actor],
      ['rule.put', 'guarded', token.slice('patv1_'.length).split('.')[0]],
    );
  });

  test('warns of a rule that can never act', async () => {
    const never = rule({
      when: {
        all: [
          { count: { key: 'a' }, atLeast: 5 },
          { count: { key: 'a' }, atMost: 2 },
        ],
      },
    });
    const { warnings } = await answered('rules_put', { ruleId: 'never', rule: never });
    assert.equal(warnings[0].kind, 'never_true');
    assert.ok(warnings[0].message.length > 10);
  });

  test('lists rules in pages, each in one line', async () => {
    const page = await answered('rules_list', { limit: 1 });
    assert.equal(page.items.length, 1);
    assert.deepEqual(
      Object.keys(page.items[0]).sort(),
      ['priority', 'ruleId', 'rulesVersion', 'status', 'triggers', 'updatedAt']
        .filter(name => name in page.items[0])
        .sort(),
    );
    const next = await answered('rules_list', { limit: 1, cursor: page.nextCursor });
    assert.notEqual(next.items[0].ruleId, page.items[0].ruleId);
  });

  test('finds people and what is known of them', async () => {
    const visitorId = `v-${process.pid}`;
    await answered('chain_signal', {
      sessionId: freshSession(),
      visitorId,
      signals: [{ type: 'view' }],
      traits: { set: { plan: 'pro' } },
    });
    const { items } = await answered('people_find', { q: visitorId.slice(0, 4) });
    assert.ok(items.some(({ id }) => id === visitorId));
    const one = await answered('people_get', { visitorId });
    assert.deepEqual([one.visitorId, one.sessionCount], [visitorId, 1]);
    assert.match(JSON.stringify(one.traits), /pro/);
  });

  test('finds deliveries that failed, and retries one', async () => {
    let status = 500;
    const hook = await beckon.subscribe(['signal.*'], { answer: () => ({ status }) });
    try {
      const sessionId = freshSession('failing');
      await answered('chain_signal', { sessionId, signals: [{ type: 'pay' }] });
      const failed = await until('it has failed', async () => {
        const { items } = await answered('deliveries_find', { status: 'failed' });
        return items.find(item => item.sessionId === sessionId);
      });
      assert.deepEqual([failed.eventType, failed.lastStatus, failed.subscriptionId], ['signal.pay', 500, hook.id]);
      const own = await answered('deliveries_find', { subscriptionId: hook.id, status: 'failed', limit: 1 });
      assert.deepEqual(own.items, [failed]);
      assert.match(await refused('deliveries_find', { cursor: 'x' }), /give its subscriptionId too/);
      status = 200;
      const { subscriptionId, deliveryId } = failed;
      assert.equal((await answered('retry', { subscriptionId, deliveryId })).deliveryId, deliveryId);
      await until('it is delivered', async () =>
        (await answered('deliveries_find', { subscriptionId, status: 'delivered' })).items.some(
          item => item.deliveryId === deliveryId,
        ),
      );
      assert.match(await refused('retry', { subscriptionId, deliveryId: 'dlv_none' }), /no such delivery/);
    } finally {
      await hook.close();
    }
  });

  test('simulates rules on what was recorded', async () => {
    const sessionId = freshSession('tried');
    const since = new Date(Date.now() - 60_000).toISOString();
    await answered('chain_signal', { sessionId, signals: [{ type: 'wish' }] });
    await answered('chain_resolve', { sessionId, trigger: 'wishes' });
    const tried = { ruleId: 'tried', ...rule({ triggers: ['wishes'], when: { all: [{ seen: { key: 'wish' } }] } }) };
    const found = await until('the decision is on record', async () => {
      const now = await answered('simulate', { since, rules: [tried] });
      return now.rules[0].acted > 0 && now;
    });
    assert.deepEqual([found.state, found.progress, found.rules[0].acted], ['done', 1, 1]);
    const { was, wouldBe } = found.examples.find(one => one.sessionId === sessionId);
    assert.deepEqual([was.outcome, wouldBe.outcome, wouldBe.ruleId], ['none', 'act', 'tried']);
    const again = await answered('simulate', { simulationId: found.simulationId });
    assert.deepEqual(again, found);
  });
});

describe('a long simulation', () => {
  // One runs at a time: those of this handle wait for one of another handle, which is ended when a test is ready.
  let busy;
  const ofOther = async (role, method, path, body) =>
    beckon.call(method, `/v2/handles/other${path}`, { body, token: await beckon.token(role, 'other') });
  const release = () => ofOther('CREATOR', 'DELETE', `/chain-rules/simulations/${busy}`);
  const since = new Date(Date.now() - 7_200_000).toISOString();
  const args = { since, rules: [] };
  before(async () => {
    await beckon.command('handle', 'add', 'other', '--owner', 'o@other.example');
    const at = Date.now() - 3_600_000;
    for (let first = 0; first < 8000; first += 500) {
      const signals = Array.from({ length: 500 }, (_, i) => {
        const id = String(first + i);
        return { sessionId: `often-${i % 20}`, type: 'often', signalValue: `/${i % 7}`, id, at: at + first + i };
      });
      await until('the server has seen the handle, and taken them', async () => {
        const { status } = await ofOther('OPERATOR', 'POST', '/chain/import', { signals });
        return status === 202;
      });
    }
  });
  beforeEach(async () => {
    const rules = Array.from({ length: 2000 }, (_, i) => ({
      ruleId: `r${i}`,
      ...rule({ triggers: ['t'], when: { all: [{ distinct: { key: 'often' }, within: `${i + 60}s`, atLeast: 100 }] } }),
    }));
    const asks = [{ trigger: 't', on: { key: 'often' } }];
    const started = await ofOther('CREATOR', 'POST', '/chain-rules/simulate', { since, rules, asks });
    assert.equal(started.json.state, 'running', started.text.slice(0, 500));
    busy = started.json.simulationId;
  });
  afterEach(release);

  test('reports its progress to a client that asks for it, and then what it came to', async () => {
    const seen = [];
    const { isError, structuredContent, content } = await clients['sdk 1.32.2'].callTool(
      { name: 'simulate', arguments: args },
      undefined,
      {
        onprogress: report => {
          seen.push(report);
          release();
        },
      },
    );
    assert.ok(!isError, content[0].text);
    assert.deepEqual([structuredContent.state, structuredContent.progress], ['done', 1]);
    assert.deepEqual(seen[0], { progress: 0, total: 1, message: '0 % of the traffic was played.' });
    for (const [i, { progress }] of seen.slice(1).entries()) assert.ok(progress > seen[i].progress);
  });

  test('ends with the client that asked for it, in 2026-07-28', async () => {
    const gone = new AbortController();
    const onprogress = () => gone.abort();
    const asked = clients['client 2.4.0, auto'].callTool(
      { name: 'simulate', arguments: args },
      { onprogress, signal: gone.signal },
    );
    await assert.rejects(asked);
    // The handle may have one at a time, and that of before would wait still.
    const next = await until('it was cancelled', async () => {
      const { status, json } = await beckon.as('CREATOR', 'POST', '/chain-rules/simulate', args);
      return status !== 409 && json;
    });
    assert.equal(next.state, 'running');
    await beckon.as('CREATOR', 'DELETE', `/chain-rules/simulations/${next.simulationId}`);
  });

  test('answers a client that asks for no progress with how far it is', async () => {
    const { state, simulationId, progress } = await answered('simulate', args);
    assert.deepEqual([state, progress], ['running', 0]);
    await release();
    await until('it is over', async () => (await answered('simulate', { simulationId })).state === 'done');
  });
});

describe('a resource', () => {
  for (const kind of Object.keys(kinds))
    test(`${kind} lists and reads the pages of the documentation`, async () => {
      const client = clients[kind];
      const { resources } = await client.listResources();
      assert.deepEqual(
        resources.map(({ uri, mimeType }) => [uri, mimeType]),
        ['rules', 'recipes', 'payloads'].map(name => [`beckon://docs/${name}`, 'text/markdown']),
      );
      const page = name => readFileSync(join(root, `docs/${name}.md`), 'utf8').replace(/^<!--.*-->\n/gm, '');
      const texts = [];
      for (const { uri, size } of resources) {
        const { contents } = await client.readResource({ uri });
        assert.equal(Buffer.byteLength(contents[0].text), size);
        texts.push(contents[0].text);
      }
      const [rules, recipes, payloads] = texts;
      assert.match(recipes, /^## Twenty recipes\n/);
      assert.equal(page('rules').replace(recipes, ''), rules);
      assert.equal(payloads, page('payloads'));
      assert.deepEqual((await client.listResourceTemplates()).resourceTemplates, []);
      await assert.rejects(client.readResource({ uri: 'beckon://docs/none' }), /no such resource/);
    });
});

describe('the address', () => {
  test('takes POST alone, and no session', async () => {
    for (const method of ['GET', 'DELETE', 'PUT']) {
      const answer = await beckon.call(method, address().pathname, { token });
      assert.deepEqual([answer.status, answer.headers.allow], [405, 'POST, OPTIONS']);
    }
    const { headers } = await post2025('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: kInfo,
    });
    assert.equal(headers['mcp-session-id'], undefined);
  });

  test('offers an old client the version it asked for, and an unknown one the newest of its kind', async () => {
    const versionFor = async protocolVersion =>
      (await post2025('initialize', { protocolVersion, capabilities: {}, clientInfo: kInfo })).json.result
        .protocolVersion;
    assert.deepEqual(
      [await versionFor('2025-03-26'), await versionFor('2025-06-18'), await versionFor('2024-11-05')],
      ['2025-03-26', '2025-06-18', '2025-11-25'],
    );
  });

  test('answers nothing to a notification, and refuses a batch, a response and what is no JSON', async () => {
    const notified = await post({ jsonrpc: '2.0', method: 'notifications/initialized' });
    assert.deepEqual([notified.status, notified.text], [202, '']);
    const code = async body => {
      const answer = await post(body);
      return [answer.status, answer.json.error.code];
    };
    assert.deepEqual(await code('[{"jsonrpc":"2.0","id":1,"method":"ping"}]'), [400, -32600]);
    assert.deepEqual(await code({ jsonrpc: '2.0', id: 1, result: {} }), [400, -32600]);
    assert.deepEqual(await code('{"jsonrpc":'), [400, -32700]);
    assert.deepEqual(await code({ jsonrpc: '2.0', id: 1.5, method: 'ping' }), [400, -32600]);
  });

  test('has no unknown method, in the way of each generation', async () => {
    for (const method of ['none/such', 'server/discover', 'logging/setLevel']) {
      const old = await post2025(method);
      assert.deepEqual([old.status, old.json.error.code], [200, -32601], method);
    }
    for (const method of ['none/such', 'initialize', 'ping', 'logging/setLevel']) {
      const answer = await post2026(method);
      assert.deepEqual([answer.status, answer.json.error.code, answer.json.id], [404, -32601, 1], method);
    }
  });

  test('refuses headers of 2026-07-28 that do not agree with the body', async () => {
    const code = async (...given) => {
      const answer = await post2026(...given);
      return [answer.status, answer.json.error?.code];
    };
    const named = { name: 'rules_list', arguments: {} };
    assert.deepEqual(await code('tools/list', {}, { 'mcp-method': 'ping' }), [400, -32020]);
    assert.deepEqual(await code('tools/list', {}, { 'mcp-protocol-version': '2025-11-25' }), [400, -32020]);
    assert.deepEqual(await code('tools/call', named), [400, -32020]);
    assert.deepEqual(await code('tools/call', named, { 'mcp-name': 'rules_put' }), [400, -32020]);
    assert.deepEqual(await code('tools/call', named, { 'mcp-name': 'rules_list' }), [200, undefined]);
    const unknown = await post2025('tools/list', {}, { headers: { 'mcp-protocol-version': '2031-01-01' } });
    assert.deepEqual(
      [unknown.status, unknown.json.error.code, unknown.json.error.data.requested],
      [400, -32022, '2031-01-01'],
    );
  });

  test('refuses a page of another site, and takes one of this machine or of the list of the handle', async () => {
    const from = async origin => (await post2025('ping', {}, { headers: { origin } })).status;
    assert.deepEqual(
      [
        await from('https://evil.example'),
        await from('null'),
        await from('http://localhost.evil.example'),
        await from('http://localhost:6274'),
      ],
      [403, 403, 403, 200],
    );
    await beckon.as('OWNER', 'PUT', '/context-origins', { origins: ['https://tools.example'] });
    await until('the list holds', async () => (await from('https://tools.example')) === 200);
    assert.equal(await from('https://evil.example'), 403);
    await beckon.as('OWNER', 'PUT', '/context-origins', { origins: [] });
  });

  test('answers 401 plainly, so that no client looks for an authorization server that is not there', async () => {
    const without = await post2025('tools/list', {}, { of: null });
    assert.deepEqual(
      [without.status, without.headers['www-authenticate'], without.json.error],
      [401, 'Bearer', 'missing_bearer_token'],
    );
    for (const path of [
      '/.well-known/oauth-protected-resource',
      `/.well-known/oauth-protected-resource${address().pathname}`,
    ])
      assert.equal((await beckon.call('GET', path)).status, 404);
  });

  test('has the limits of the routes', async () => {
    const large = { type: 'a', metadata: { text: 'x'.repeat(70_000) } };
    assert.match(
      await refused('chain_signal', { sessionId: 's', signals: [large] }),
      /at most 65536 bytes[\s\S]*payload_too_large/,
    );
    const head = [
      `POST ${address().pathname} HTTP/1.1`,
      `host: 127.0.0.1:${beckon.port}`,
      `authorization: Bearer ${token}`,
      'content-type: application/json',
      'content-length: 5000000',
    ];
    assert.equal((await beckon.raw(`${head.join('\r\n')}\r\n\r\n`)).status, 413);
    const plain = await post({ jsonrpc: '2.0', id: 1, method: 'ping' }, { headers: { 'content-type': 'text/plain' } });
    assert.equal(plain.status, 415);
  });

  test('knows a user by their role', async () => {
    const listed = async role => {
      const answer = await post2025('tools/list', {}, { of: await beckon.token(role) });
      return answer.json.result.tools.map(({ name }) => name);
    };
    assert.deepEqual(await listed('OPERATOR'), kTools);
    assert.deepEqual(
      await listed('CREATOR'),
      kTools.filter(name => !['deliveries_find', 'retry'].includes(name)),
    );
    const params = { name: 'retry', arguments: { subscriptionId: 'a', deliveryId: 'b' } };
    const { json } = await post2025('tools/call', params, { of: await beckon.token('CREATOR') });
    assert.match(json.result.content[0].text, /OPERATOR[\s\S]*\(insufficient_role, /);
  });
});

describe('with an identity provider', () => {
  let here, provider;
  before(async () => {
    ({ beckon: here, provider } = await beckonWithProvider());
    provider.accounts.set('ada', { email: 'owner@demo.example', email_verified: true });
  });
  after(async () => {
    await here?.close();
    await provider?.close();
  });
  const where = () => new URL(`${here.base}/v2/public/handles/demo/mcp`);

  test('a client finds it by the 401, and works with its access token in the role of the user', async () => {
    assert.equal((await signIn(here, 'ada')).status, 200);
    const refused = await fetch(where(), {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    });
    const { resourceMetadataUrl } = extractWWWAuthenticateParams(refused);
    assert.equal(refused.status, 401);
    const metadata = await discoverOAuthProtectedResourceMetadata(where(), { resourceMetadataUrl });
    assert.deepEqual([metadata.resource, metadata.authorization_servers], [here.base, [provider.issuer]]);
    const found = await discoverAuthorizationServerMetadata(metadata.authorization_servers[0]);
    assert.equal(found.issuer, provider.issuer);
    const client = await kinds['client 2.4.0, auto'](
      await provider.accessToken('ada', { audience: metadata.resource }),
      where(),
    );
    assert.deepEqual(
      (await client.listTools()).tools.map(({ name }) => name),
      kTools,
    );
    await answered('rules_put', { ruleId: 'of-ada', rule: rule() }, client);
    const { items } = (await here.as('OPERATOR', 'GET', '/audit-events?limit=1')).json;
    assert.deepEqual([items[0].action, items[0].actor], ['rule.put', 'owner@demo.example']);
    await client.close();
  });

  test('there is no metadata of what is no handle', async () => {
    const path = '/.well-known/oauth-protected-resource/v2/public/handles';
    assert.equal((await here.call('GET', `${path}/demo/mcp`)).status, 200);
    assert.equal((await here.call('GET', `${path}/No%20handle/mcp`)).status, 404);
  });
});

describe('docs/neighbours.md', () => {
  const [, section] = /^## MCP\n([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(
    readFileSync(join(root, 'docs/neighbours.md'), 'utf8'),
  );
  const snippets = language =>
    [...section.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, text]) => text);
  const run = (program, args, env) =>
    promisify(execFile)(program, args, { cwd: import.meta.dirname, env: { ...process.env, ...env } });

  test('has commands that work as they are written', async () => {
    const [creates, lists] = snippets('sh');
    const env = { API_BASE: beckon.base, HANDLE: 'demo', JWT_TOKEN: await beckon.token('OPERATOR') };
    const made = JSON.parse((await run('bash', ['-euc', creates], env)).stdout);
    const { result } = JSON.parse((await run('bash', ['-euc', lists], { ...env, ACCESS_TOKEN: made.token })).stdout);
    assert.ok(result.structuredContent.rulesVersion >= 0);
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', snippets('mjs')[0]], {
      MCP_URL: address().href,
      ACCESS_TOKEN: made.token,
    });
    assert.match(stdout, /^9 \d+\n$/);
  });

  test('has a configuration with which a client connects', async () => {
    const { url, headers } = JSON.parse(snippets('json')[0]).mcpServers.beckon;
    const where = new URL(url.replace('https://beckon.example.com', beckon.base).replace('/acme/', '/demo/'));
    const client = new Client2025(kInfo);
    const sent = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value.replace('patv1_…', token)]),
    );
    await client.connect(new Transport2025(where, { requestInit: { headers: sent } }));
    assert.equal((await client.listTools()).tools.length, kTools.length);
    await client.close();
  });

  test('names every tool with its scope', async () => {
    const { tools } = await some().listTools();
    for (const { name } of tools) assert.ok(section.includes(`\`${name}\``), name);
    for (const [, names, scope] of section.matchAll(/^\| ((?:`\w+`(?:, )?)+) \| [^|]+ \| `([\w.]+)` \|/gm)) {
      const client = await kinds['sdk 1.32.2'](await tokenFor([scope]));
      const listed = (await client.listTools()).tools.map(tool => tool.name);
      for (const [, name] of names.matchAll(/`(\w+)`/g)) assert.ok(listed.includes(name), `${name} with ${scope}`);
      await client.close();
    }
  });
});

describe('the conformance tool', () => {
  // It sends no token of its own.
  let proxy, folder;
  before(async () => {
    proxy = createServer((from, to) => {
      const sent = request(
        { host: '127.0.0.1', port: beckon.port, method: from.method, path: address().pathname, setHost: false },
        answer => {
          to.writeHead(answer.statusCode, answer.rawHeaders);
          answer.pipe(to);
        },
      );
      for (let i = 0; i < from.rawHeaders.length; i += 2) sent.setHeader(from.rawHeaders[i], from.rawHeaders[i + 1]);
      sent.setHeader('authorization', `Bearer ${token}`);
      sent.on('error', () => to.destroy());
      from.pipe(sent);
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    folder = mkdtempSync(join(tmpdir(), 'beckon-conformance-'));
  });
  after(() => {
    proxy.close();
    proxy.closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  });

  const linesOf = file => readFileSync(file, 'utf8').match(/^ {2}- \S+/gm) ?? [];
  const shared = year => join(root, `../shared/accept/mcp/baseline-${year}.yml`);

  for (const [year, tool, ...suite] of [
    ['2025', 'conformance-2025'],
    ['2026', 'conformance-2026', '--requirements', '2026-07-28'],
  ]) {
    const baseline = join(import.meta.dirname, `mcp-${year}.yml`);

    test(`of ${year} finds no failure but those of features that Beckon does not have`, async () => {
      const output = join(folder, year);
      const args = [
        join(import.meta.dirname, `node_modules/${tool}/dist/index.js`),
        'server',
        '--url',
        `http://127.0.0.1:${proxy.address().port}/mcp`,
        ...suite,
        '--expected-failures',
        baseline,
        '-o',
        output,
      ];
      const { code, out } = await new Promise(done =>
        execFile(process.execPath, args, { maxBuffer: 1 << 26 }, (error, out) => done({ code: error?.code ?? 0, out })),
      );
      assert.equal(code, 0, out.slice(-6000));
    });

    test(`of ${year}: no failure is expected beyond those of a server with tools alone`, context => {
      if (!existsSync(shared(year))) return context.skip('there is no shared list');
      const allowed = new Set(linesOf(shared(year)));
      assert.deepEqual(
        linesOf(baseline).filter(line => !allowed.has(line)),
        [],
      );
    });
  }

  test('of 2026 finds each request to stand for itself, as far as it can test it', () => {
    const found = readdirSync(join(folder, '2026')).find(name => name.includes('server-stateless'));
    const checks = JSON.parse(readFileSync(join(folder, '2026', found, 'checks.json'), 'utf8'));
    const failed = checks.filter(({ status }) => status === 'FAILURE').map(({ id }) => id);
    assert.ok(checks.length > 20);
    assert.ok(failed.length <= 4, JSON.stringify(failed));
    for (const id of failed) {
      const { errorMessage } = checks.find(check => check.id === id);
      assert.match(errorMessage, /test_(missing_capability|streaming_elicitation|logging_tool)|not testable/i, id);
    }
  });
});
