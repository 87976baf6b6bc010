// docs/openapi.json against itself, against the server's route table, and against real answers.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import Ajv from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { routesOf, withRoutes } from '../script/write_routes.mjs';
import { freshAddress, freshSession, root } from './kit/beckon.mjs';
import { watch } from './kit/live.mjs';
import { beckonWithProvider, kBrowser, throughThePages } from './kit/provider.mjs';
import { until } from './kit/wait.mjs';

const text = readFileSync(join(root, 'docs/openapi.json'), 'utf8');
const document = JSON.parse(text);
const ajv = new Ajv({ allErrors: true, strict: false });
formats.default(ajv);
ajv.addSchema(document, 'openapi');

const unescaped = part => part.replaceAll('~1', '/').replaceAll('~0', '~');
const deref = value =>
  value.$ref
    ? value.$ref
        .slice(2)
        .split('/')
        .map(unescaped)
        .reduce((here, part) => here[part], document)
    : value;

// A schema of the document in which every object, however deep, refuses members that are not described.
const kBranches = ['allOf', 'anyOf', 'oneOf'];
const branchesOf = schema => kBranches.flatMap(kind => schema[kind] ?? []).map(deref);
const isDescribed = schema => Boolean(schema.properties) || branchesOf(schema).some(isDescribed);
// `above`: the references that lead here. A schema inside itself is closed kLevels deep, and anything below.
const kLevels = 2;
const closedBranch = (schema, above) => {
  const path = schema.$ref ? [...above, schema.$ref] : above;
  if (path.filter(ref => ref === schema.$ref).length > kLevels) return {};
  const closed = inner => closedSchema(inner, path);
  const { properties, items, ...rest } = deref(schema);
  if (properties)
    rest.properties = Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, closed(inner)]));
  if (items) rest.items = closed(items);
  if (typeof rest.additionalProperties === 'object') rest.additionalProperties = closed(rest.additionalProperties);
  for (const kind of kBranches) if (rest[kind]) rest[kind] = rest[kind].map(inner => closedBranch(inner, path));
  return rest;
};
const closedSchema = (schema, above = []) => {
  const closed = closedBranch(schema, above);
  const ends = Object.keys(closed).length === 0;
  return { ...closed, ...(!ends && isDescribed(deref(schema)) ? { unevaluatedProperties: false } : {}) };
};

// A place of the document as a schema; `closed` refuses members that are not described.
const at = pointer =>
  `openapi#/${pointer.map(part => encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;
const validators = new Map();
const validator = (pointer, closed) => {
  const ref = at(pointer);
  const key = `${closed} ${ref}`;
  if (!validators.has(key)) {
    const schema = closed ? closedSchema(pointer.reduce((here, part) => here[part], document)) : { $ref: ref };
    validators.set(key, ajv.compile(schema));
  }
  return validators.get(key);
};
const assertFits = (value, pointer, { closed = false, what = pointer.join(' ') } = {}) => {
  const validate = validator(pointer, closed);
  assert.ok(validate(value), `${what}: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(value).slice(0, 1500)}`);
};

const methods = ['get', 'put', 'post', 'patch', 'delete'];
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  methods.filter(method => item[method]).map(method => ({ path, method, ...item[method] })),
);
function* everywhere(value, pointer = []) {
  yield [value, pointer];
  if (value && typeof value === 'object')
    for (const [key, inner] of Object.entries(value)) yield* everywhere(inner, [...pointer, key]);
}

describe('the document itself', () => {
  test('is OpenAPI 3.1 with a title, a version, a licence and webhooks', () => {
    assert.match(document.openapi, /^3\.1\./);
    assert.ok(document.info.title && document.info.version && document.info.license.identifier === 'Apache-2.0');
    assert.ok(Object.keys(document.webhooks).length >= 5);
  });

  test('every reference leads somewhere', () => {
    for (const [value, pointer] of everywhere(document))
      if (typeof value?.$ref === 'string') {
        assert.match(value.$ref, /^#\//, pointer.join('/'));
        assert.ok(deref(value) !== undefined, value.$ref);
      }
  });

  test('every schema compiles', () => {
    for (const name of Object.keys(document.components.schemas)) validator(['components', 'schemas', name], false);
  });

  test('every component is used', () => {
    const used = new Set([...everywhere(document)].map(([value]) => value?.$ref).filter(Boolean));
    for (const kind of ['schemas', 'responses', 'parameters'])
      for (const name of Object.keys(document.components[kind]))
        assert.ok(used.has(`#/components/${kind}/${name}`), `${kind}/${name}`);
  });

  test('every operation has a name of its own, a summary, a tag that is described, a success and a default', () => {
    const tags = new Set(document.tags.map(tag => tag.name));
    assert.equal(new Set(operations.map(one => one.operationId)).size, operations.length);
    for (const one of operations) {
      const where = `${one.method} ${one.path}`;
      assert.ok(one.summary && one.tags.every(tag => tags.has(tag)), where);
      assert.ok(Object.keys(one.responses).some(status => /^2/.test(status)) && one.responses.default, where);
      for (const response of Object.values(one.responses)) assert.ok(deref(response).description, where);
    }
  });

  test('every parameter of a path is described, and no other', () => {
    for (const one of operations) {
      const wanted = [...one.path.matchAll(/\{(\w+)\}/g)].map(match => match[1]).sort();
      const given = (one.parameters ?? []).map(deref).filter(parameter => parameter.in === 'path');
      assert.deepEqual(given.map(parameter => parameter.name).sort(), wanted, `${one.method} ${one.path}`);
      assert.ok(given.every(parameter => parameter.required));
    }
  });

  // Every sample of the document, with the place of the schema that it illustrates.
  function* samples(value = document, pointer = []) {
    if (!value || typeof value !== 'object') return;
    const namesMembers = pointer.at(-1) === 'properties';
    const isSample = key =>
      !namesMembers && ((key === 'example' && value.schema) || (key === 'examples' && Array.isArray(value.examples)));
    if ('example' in value && isSample('example')) yield [value.example, [...pointer, 'schema']];
    if (isSample('examples')) for (const example of value.examples) yield [example, pointer];
    for (const [key, inner] of Object.entries(value)) if (!isSample(key)) yield* samples(inner, [...pointer, key]);
  }

  test('every sample fits its schema, and has no member that is not described', () => {
    const found = [...samples()];
    for (const [sample, pointer] of found) assertFits(sample, pointer, { closed: true });
    for (const place of ['paths', 'webhooks', 'components'])
      assert.ok(found.filter(([, pointer]) => pointer[0] === place).length > 5, place);
  });

  test('a sample with a member that is not described, however deep, is refused', () => {
    const place = ['webhooks', 'chain.message.due', 'post', 'requestBody', 'content', 'application/json'];
    const { example } = place.reduce((here, part) => here[part], document);
    const validate = validator([...place, 'schema'], true);
    assert.ok(validate(example));
    const other = structuredClone(example);
    other.payload.explanation[0].conditions[0].colour = 'red';
    assert.ok(!validate(other));
  });
});

describe('against the server', () => {
  let beckon, provider, hook, deliveryId;
  const session = freshSession('openapi');
  const exercised = new Set();
  before(async () => {
    ({ beckon, provider } = await beckonWithProvider());
    provider.accounts.set('ada', { email: 'owner@demo.example', email_verified: true });
  });
  after(async () => {
    await hook?.close();
    await beckon?.close();
    await provider?.close();
  });

  test('the server serves this very document', async () => {
    const answer = await beckon.call('GET', '/openapi.json');
    assert.deepEqual(answer.json, document);
  });

  test('the route table equals the paths, and who may call them the security', async () => {
    const { code, out, err } = await beckon.cli('routes');
    assert.equal(code, 0, err);
    const table = routesOf(out).filter(({ path }) => path !== '/' && !/^\/(apps|docs)\b/.test(path));
    // Metrics are on an address of their own, unless with --dev.
    const described = operations
      .filter(one => one.path !== '/metrics')
      .map(one => `${one.method.toUpperCase()} ${one.path}`);
    assert.deepEqual(table.map(({ method, path }) => `${method.toUpperCase()} ${path}`).sort(), described.sort());
    for (const { method, path, who } of table) {
      const one = operations.find(operation => operation.path === path && operation.method === method);
      assert.equal(one.security?.length === 0, who === 'public', `${method} ${path} is ${who}`);
    }
    assert.deepEqual(document, withRoutes(document, table), 'script/routes has written it');
  });

  // Calls an operation and holds its answer against the document: status, content type, schema, no member undescribed.
  async function ask(operationId, { role, token, params = {}, query = '', body, headers, from, expect } = {}) {
    const one = operations.find(operation => operation.operationId === operationId);
    assert.ok(one, operationId);
    const path = one.path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(params[name] ?? 'demo'));
    const answer = await beckon.call(one.method.toUpperCase(), path + query, {
      body,
      headers,
      from,
      token: token ?? (role && (await beckon.token(role))),
    });
    const what = `${operationId} → ${answer.status}`;
    assert.equal(answer.status, expect ?? answer.status, answer.text);
    const status = one.responses[answer.status] ? String(answer.status) : 'default';
    if (answer.status < 400) {
      assert.notEqual(status, 'default', `${what} is not described: ${answer.text}`);
      exercised.add(operationId);
    }
    const described = one.responses[status];
    const pointer = described.$ref
      ? described.$ref.slice(2).split('/').map(unescaped)
      : ['paths', one.path, one.method, 'responses', status];
    const response = deref(described);
    for (const [name, header] of Object.entries(response.headers ?? {}))
      if (header.required) assert.ok(answer.headers[name.toLowerCase()], `${what} has ${name}`);
    if (!response.content) {
      assert.equal(answer.text, '', what);
      return answer;
    }
    const type = (answer.headers['content-type'] ?? '').split(';')[0];
    assert.ok(response.content[type], `${what}: content type ${type}`);
    if (type === 'application/json') {
      const schema = [...pointer, 'content', type, 'schema'];
      assertFits(answer.json, schema, { closed: answer.status < 400 && operationId !== 'openapi', what });
      const { $ref } = response.content[type].schema;
      const items = $ref && deref({ $ref }).properties?.items?.items?.$ref;
      if (items)
        for (const item of answer.json.items)
          assertFits(item, items.slice(2).split('/'), { closed: true, what: `${what}, an item` });
    }
    return answer;
  }

  test('neighbours', async () => {
    const from = freshAddress();
    const one = { type: 'track', event: 'Seen', userId: 'n-1', messageId: 'n-1' };
    const body = { writeKey: 'demo', batch: [one, { type: 'none' }] };
    await ask('appendSegmentBatch', { from, body, expect: 200 });
    await ask('appendSegmentBatch', { from, body: { writeKey: 'demo' }, expect: 400 });
    await ask('appendSegmentBatch', { from, body: { ...body, writeKey: 'nobody' }, expect: 401 });
    await ask('appendSegmentMessage', { from, params: { call: 't' }, body: { ...one, writeKey: 'demo' }, expect: 200 });
    await ask('appendSegmentMessage', { from, params: { call: 'none' }, body: { writeKey: 'demo' }, expect: 404 });
    await ask('appendRudderBeacon', { from, query: '?writeKey=demo', body: { batch: [] }, expect: 200 });
    await ask('getSegmentSettings', { params: { key: 'demo' }, expect: 200 });
    await ask('getSegmentSettings', { params: { key: 'nobody' }, expect: 404 });
    await ask('getRudderSettings', { query: '?writeKey=demo', expect: 200 });
    await ask('getRudderSettings', { query: '?writeKey=nobody', expect: 404 });
    const events = { api_key: 'demo', batch: [{ event: 'seen', distinct_id: 'n-1' }] };
    await ask('appendPostHogBatch', { from, body: events, expect: 200 });
    await ask('appendPostHogBatch', { from, body: { ...events, batch: Array(1001).fill(1) }, expect: 413 });
    const view = { e: 'pv', aid: 'demo', uid: 'n-1' };
    await ask('appendSnowplowEvents', { from, body: { data: [view] }, expect: 200 });
    await ask('appendSnowplowEvents', { from, body: { data: [view, 1] }, expect: 200 });
    await ask('appendSnowplowEventsByPath', { from, params: { key: 'demo' }, body: { data: [view] }, expect: 200 });
    await ask('appendSnowplowEvent', { from, query: '?e=pv&aid=demo&uid=n-1', expect: 200 });
    await ask('appendSnowplowEvent', { from, query: '?e=pv&aid=nobody', expect: 401 });
    const { sources } = (await ask('listSources', { role: 'CREATOR', expect: 200 })).json;
    assert.ok(sources[0].messages.length > 0 && sources[0].refusals.length > 0);
  });

  test('chain', async () => {
    const signals = [{ type: 'cart', signalValue: 'add', metadata: { amount: 5 }, source: 'web', id: 'a' }];
    const from = freshAddress();
    await ask('putRule', {
      role: 'CREATOR',
      params: { ruleId: 'documented' },
      expect: 201,
      body: document.components.schemas.RuleWrite.examples[0],
    });
    await ask('putRule', {
      role: 'CREATOR',
      params: { ruleId: 'acts' },
      expect: 201,
      body: { triggers: ['checkout'], when: {}, action: { type: 'popup', payload: {} } },
    });
    await ask('appendPublicSignals', {
      from,
      expect: 202,
      body: {
        handle: 'demo',
        sessionId: session,
        signals,
        visitorId: 'v-1',
        consent: 'full',
        context: { country: 'US' },
      },
    });
    await ask('appendSignals', { role: 'CREATOR', expect: 202, body: { sessionId: session, signals } });
    await ask('appendPublicSignals', {
      from,
      expect: 202,
      body: { handle: 'demo', sessionId: freshSession(), signals, consent: 'denied' },
    });
    await ask('importSignals', {
      role: 'OPERATOR',
      expect: 202,
      body: {
        signals: [
          {
            ...signals[0],
            sessionId: session,
            visitorId: 'v-1',
            id: 'past',
            at: Date.now() - 60_000,
            context: { country: 'US' },
          },
        ],
      },
    });
    await ask('importSignals', { role: 'OPERATOR', expect: 400, body: { signals: [{ type: 'v' }] } });
    await ask('importSignals', { role: 'CREATOR', expect: 403, body: { signals: [] } });
    await ask('appendPublicSignals', { from, expect: 400, body: { handle: 'demo', sessionId: 'a b', signals: [] } });
    await ask('resolvePublic', {
      from,
      expect: 200,
      body: { handle: 'demo', sessionId: session, trigger: 'checkout' },
    });
    await ask('resolvePublic', {
      from,
      expect: 200,
      body: { handle: 'demo', sessionId: session, trigger: 'nothing-here' },
    });
    const explained = await ask('resolve', {
      role: 'CREATOR',
      expect: 200,
      body: { sessionId: session, trigger: 'checkout' },
    });
    const ahead = await ask('prefetchPublic', {
      from,
      expect: 200,
      body: { handle: 'demo', sessionId: session, triggers: ['checkout', 'other'] },
    });
    for (const decision of ahead.json.decisions)
      assertFits(decision, ['components', 'schemas', 'Decision'], { closed: true });
    await ask('prefetchPublic', {
      from,
      expect: 200,
      body: { handle: 'demo', sessionId: session, triggers: ['checkout', 'other'], ifNoneMatch: ahead.json.etag },
    });
    await ask('prefetch', { role: 'CREATOR', expect: 200, body: { sessionId: session, trigger: 'checkout' } });
    await ask('prefetch', {
      role: 'CREATOR',
      expect: 200,
      query: `?at=${Date.now() - 60_000}`,
      body: { sessionId: session, trigger: 'checkout' },
    });
    await ask('resolve', {
      role: 'CREATOR',
      expect: 200,
      query: '?at=2026-01-01T00:00:00Z',
      body: { sessionId: session, trigger: 'checkout' },
    });
    await ask('resolve', {
      role: 'CREATOR',
      expect: 400,
      query: '?at=then',
      body: { sessionId: session, trigger: 'checkout' },
    });
    await ask('getDecision', { role: 'CREATOR', expect: 200, params: { decisionId: explained.json.decisionId } });
    await ask('getDecision', { role: 'CREATOR', expect: 404, params: { decisionId: 'dec_none' } });
  });

  test('decisions as flags', async () => {
    const body = { context: { targetingKey: session, plan: 'pro' } };
    const params = { key: 'checkout' };
    for (const [suffix, who] of [
      ['Public', { from: freshAddress() }],
      ['', { role: 'CREATOR' }],
    ]) {
      await ask(`evaluateFlag${suffix}`, { ...who, params, body, expect: 200 });
      await ask(`evaluateFlag${suffix}`, { ...who, params: { key: 'a/b' }, body, expect: 404 });
      await ask(`evaluateFlag${suffix}`, { ...who, params, body: { context: {} }, expect: 400 });
      const all = await ask(`evaluateFlags${suffix}`, { ...who, body, expect: 200 });
      const headers = { 'if-none-match': all.headers.etag };
      await ask(`evaluateFlags${suffix}`, { ...who, body, headers, expect: 304 });
      await ask(`evaluateFlags${suffix}`, { ...who, body: [], expect: 400 });
      if (suffix === '') continue;
      const stream = await watch(beckon.base + all.json.eventStreams[0].endpoint.requestUri);
      assert.deepEqual([stream.status, stream.headers['content-type']], [200, 'text/event-stream']);
      exercised.add('watchFlags');
      await stream.close();
      await ask('watchFlags', { query: '?token=x', expect: 401 });
    }
  });

  test('the routes take the signals and traits that their schemas take, and no others', async () => {
    const imported = { id: 'i', at: Date.now() - 60_000 };
    const signals = [
      [{ type: 'cart', value: 'add' }, true],
      [{ signalKey: 'cart', signalValue: 5 }, true],
      [{ type: 'cart', value: 'add', signalValue: 'add' }, false],
      [{ type: 'cart', value: [] }, false],
    ];
    const bodies = [
      ...signals.map(([one, fits]) => [{ signals: [one] }, fits]),
      [{ traits: { set: { plan: 'pro' } } }, true],
      [{ traits: { set: { plan: 'pro' } }, signals: [] }, true],
    ];
    const check = async (operationId, schema, body, fits, role) => {
      const what = `${operationId} ${JSON.stringify(body)}`;
      assert.equal(validator(['components', 'schemas', schema], false)(body), fits, what);
      await ask(operationId, { role, from: freshAddress(), body, expect: fits ? 202 : 400 });
    };
    for (const [body, fits] of bodies) {
      const sessionId = freshSession();
      await check('appendPublicSignals', 'PublicNewSignals', { handle: 'demo', sessionId, ...body }, fits);
      await check('appendSignals', 'NewSignals', { sessionId, ...body }, fits, 'CREATOR');
    }
    // That one of the two must be there is said in words: generators of clients make nothing good of `anyOf`.
    const neither = { sessionId: freshSession() };
    await ask('appendPublicSignals', { from: freshAddress(), body: { handle: 'demo', ...neither }, expect: 400 });
    await ask('appendSignals', { role: 'CREATOR', body: neither, expect: 400 });
    for (const [one, fits] of signals) {
      const body = { signals: [{ ...one, ...imported, sessionId: freshSession() }] };
      await check('importSignals', 'ImportRequest', body, fits, 'OPERATOR');
    }
  });

  test('an explanation of a rule that matched says what it does, and until when it is held back', async () => {
    const rules = {
      'held-by-cap': { limit: { caps: [{ max: 1, per: 'session' }] } },
      'held-by-cooldown': { limit: { cooldown: '1h' } },
      'held-by-hours': {
        active: {
          days: [
            new Date(Date.now() + 3 * 86_400_000)
              .toLocaleDateString('en', { weekday: 'short', timeZone: 'UTC' })
              .toLowerCase(),
          ],
        },
      },
      'split-in-two': { split: { arms: { a: 1, b: 1 } }, actions: { a: { type: 'popup' }, b: { type: 'banner' } } },
      'in-shadow': { status: 'shadow' },
    };
    let priority = 90;
    for (const [ruleId, rest] of Object.entries(rules))
      await ask('putRule', {
        role: 'CREATOR',
        params: { ruleId },
        expect: 201,
        body: {
          triggers: ['explained'],
          when: {},
          priority: priority--,
          ...(rest.split ? {} : { action: { type: 'popup' } }),
          ...rest,
        },
      });
    const body = { sessionId: freshSession(), trigger: 'explained' };
    for (const _ of ['held-by-cap', 'held-by-cooldown']) await ask('resolve', { role: 'CREATOR', expect: 200, body });
    const { json } = await ask('resolve', { role: 'CREATOR', expect: 200, body });
    const said = Object.fromEntries(json.explanation.map(({ ruleId, ...rest }) => [ruleId, rest]));
    assert.deepEqual(said['held-by-cap'].heldBack, { by: 'limit', until: null });
    assert.equal(said['held-by-cooldown'].heldBack.by, 'limit');
    assert.ok(Date.parse(said['held-by-cooldown'].heldBack.until) > Date.now());
    assert.equal(said['held-by-hours'].outcome, 'suppressed');
    assert.equal(said['held-by-hours'].heldBack.by, 'hours');
    assert.ok(['a', 'b'].includes(said['split-in-two'].variant));
    assert.equal(said['in-shadow'].status, 'shadow');
    assert.equal(said['in-shadow'].outcome, 'act');
  });

  test('sessions', async () => {
    await until(
      'the decision is recorded',
      async () =>
        (await ask('getSession', { role: 'CREATOR', params: { sessionId: session }, expect: 200 })).json.decisions
          .length > 0,
    );
    const { json } = await ask('getSession', { role: 'CREATOR', params: { sessionId: session }, expect: 200 });
    for (const signal of json.signals) assertFits(signal, ['components', 'schemas', 'Signal'], { closed: true });
    await ask('listSessions', { role: 'CREATOR', query: '?limit=1', expect: 200 });
    await ask('listSessions', { role: 'CREATOR', query: '?limit=0', expect: 400 });
    await ask('getSession', { role: 'CREATOR', params: { sessionId: 'never-seen' }, expect: 404 });
  });

  test('rules', async () => {
    await ask('listRules', { role: 'CREATOR', expect: 200 });
    const { headers } = await ask('getRule', { role: 'CREATOR', params: { ruleId: 'acts' }, expect: 200 });
    await ask('putRule', {
      role: 'CREATOR',
      params: { ruleId: 'acts' },
      expect: 200,
      headers: { 'if-match': headers.etag },
      body: { triggers: ['checkout'], when: {}, action: { type: 'banner' } },
    });
    await ask('putRule', {
      role: 'CREATOR',
      params: { ruleId: 'acts' },
      expect: 412,
      headers: { 'if-match': headers.etag },
      body: { triggers: ['checkout'], when: {}, action: { type: 'banner' } },
    });
    await ask('putRule', { role: 'CREATOR', params: { ruleId: 'bad' }, expect: 400, body: { triggers: [] } });
    await ask('deleteRule', { role: 'CREATOR', params: { ruleId: 'documented' }, expect: 204 });
    const { json: versions } = await ask('listRulesVersions', { role: 'CREATOR', expect: 200 });
    for (const version of [versions.items[0].version, versions.items[1].version]) {
      const { json } = await ask('getRulesDifference', { role: 'CREATOR', params: { version }, expect: 200 });
      assert.equal(json.changes.length, 1);
    }
    await ask('getRulesDifference', { role: 'CREATOR', params: { version: 1 }, query: '?from=x', expect: 400 });
    await ask('getRulesDifference', { role: 'CREATOR', params: { version: 1000 }, expect: 404 });
    const { items } = (await ask('listRules', { role: 'CREATOR', expect: 200 })).json;
    const ruleIds = items.map(({ ruleId }) => ruleId).reverse();
    await ask('orderRules', { role: 'CREATOR', expect: 200, body: { ruleIds } });
    await ask('orderRules', { role: 'CREATOR', expect: 400, body: { ruleIds: ['never-there'], other: 1 } });
    await ask('rollbackRules', { role: 'CREATOR', expect: 200, body: { version: versions.items[1].version } });
    await ask('rollbackRules', { role: 'CREATOR', expect: 400, body: { version: 'one', other: 1 } });
    await ask('rollbackRules', { role: 'CREATOR', expect: 404, body: { version: 1000 } });
    const tried = {
      rules: [
        {
          ruleId: 'tried',
          triggers: ['checkout'],
          when: {},
          split: { arms: { a: 1 } },
          actions: { a: { type: 'popup' } },
        },
      ],
      since: Date.now() - 3_600_000,
    };
    const { json: simulation } = await ask('simulate', { role: 'CREATOR', expect: 200, body: tried });
    assert.ok(simulation.rules[0].acted > 0 && simulation.rules[0].variants.length);
    await ask('simulate', { role: 'CREATOR', expect: 400, body: { since: 0, other: 1 } });
    await ask('getSimulation', { role: 'CREATOR', expect: 200, params: { simulationId: simulation.simulationId } });
    await ask('getSimulation', { role: 'CREATOR', expect: 404, params: { simulationId: 'sim_none' } });
    await ask('cancelSimulation', { role: 'CREATOR', expect: 200, params: { simulationId: simulation.simulationId } });
  });

  test('analytics', async () => {
    await ask('getAnalytics', { role: 'CREATOR', expect: 400, query: '?bucket=year' });
    const { json } = await ask('getAnalytics', {
      role: 'CREATOR',
      expect: 200,
      query: `?bucket=hour&since=${Date.now() - 3_600_000}&previous=true`,
    });
    assertFits(json, ['components', 'schemas', 'Analytics'], { closed: true });
    assert.ok(json.rules.length > 0);
    for (const series of json.triggers)
      assertFits(series, ['components', 'schemas', 'TriggerSeries'], { closed: true });
    for (const series of json.rules) {
      assertFits(series, ['components', 'schemas', 'RuleSeries'], { closed: true });
      assertFits(series.totals, ['components', 'schemas', 'Counts'], { closed: true });
    }
  });

  test('webhooks and deliveries', async () => {
    hook = await beckon.subscribe(['webhook.test'], { path: '/status/400' });
    const params = { subscriptionId: hook.id };
    const { json: made } = await ask('createSubscription', {
      role: 'OPERATOR',
      expect: 201,
      body: {
        endpointUrl: 'https://hooks.example.com/x',
        eventTypes: ['*'],
        description: 'd',
        headers: { 'x-a': 'b' },
        ratePerSecond: 3,
        ordering: 'session',
      },
    });
    await ask('createSubscription', {
      role: 'OPERATOR',
      expect: 400,
      body: { endpointUrl: 'https://10.0.0.1/', eventTypes: ['*'] },
    });
    await ask('createSubscription', { role: 'CREATOR', expect: 403, body: {} });
    await ask('createSubscription', { expect: 401, body: {} });
    await ask('listSubscriptions', { role: 'OPERATOR', expect: 200 });
    await ask('getSubscription', { role: 'OPERATOR', params: { subscriptionId: made.subscriptionId }, expect: 200 });
    await ask('changeSubscription', {
      role: 'OPERATOR',
      params: { subscriptionId: made.subscriptionId },
      expect: 200,
      body: { enabled: false },
    });
    await ask('getSubscription', { role: 'OPERATOR', params: { subscriptionId: made.subscriptionId }, expect: 200 });
    await ask('rotateSecret', { role: 'OPERATOR', params: { subscriptionId: made.subscriptionId }, expect: 200 });
    await ask('deleteSubscription', { role: 'OPERATOR', params: { subscriptionId: made.subscriptionId }, expect: 204 });
    ({
      json: { deliveryId },
    } = await ask('testSubscription', { role: 'OPERATOR', params, expect: 202, body: {} }));
    await until(
      'it has ended',
      async () =>
        (await ask('getDelivery', { role: 'OPERATOR', params: { ...params, deliveryId }, expect: 200 })).json.status ===
        'failed',
    );
    const { json } = await ask('getDelivery', { role: 'OPERATOR', params: { ...params, deliveryId }, expect: 200 });
    for (const attempt of json.attempts) assertFits(attempt, ['components', 'schemas', 'Attempt'], { closed: true });
    const { json: event } = await ask('getEvent', { role: 'OPERATOR', params: { eventId: json.eventId }, expect: 200 });
    for (const one of event.deliveries) assertFits(one, ['components', 'schemas', 'Delivery'], { closed: true });
    const own = { type: 'order.paid', payload: { n: 1 }, id: 'one' };
    const {
      json: { eventId },
    } = await ask('publishEvent', { role: 'OPERATOR', expect: 202, body: own });
    await ask('publishEvent', { role: 'OPERATOR', expect: 409, body: { ...own, payload: { n: 2 } } });
    await ask('publishEvent', { role: 'OPERATOR', expect: 400, body: { ...own, type: 'chain.x' } });
    await ask('getEvent', { role: 'OPERATOR', params: { eventId }, expect: 200 });
    for (const role of ['CREATOR', 'OPERATOR'])
      for (const one of (await ask('getNotifications', { role, expect: 200 })).json.subscriptions)
        assertFits(one, ['components', 'schemas', 'Notified'], { closed: true });
    await ask('listDeliveries', {
      role: 'OPERATOR',
      params,
      query: '?status=failed&eventType=webhook.test&limit=5',
      expect: 200,
    });
    for (const query of ['?status=failed', `?q=${deliveryId}`, '?q=webhook.te&limit=1']) {
      const { items } = (await ask('listAllDeliveries', { role: 'OPERATOR', query, expect: 200 })).json;
      assert.ok(items.length > 0, query);
      for (const one of items) assertFits(one, ['components', 'schemas', 'ListedDelivery'], { closed: true });
    }
    await ask('listAllDeliveries', { role: 'OPERATOR', query: '?since=x&until=y&status=z', expect: 400 });
    const stats = (await ask('listEndpointStats', { role: 'OPERATOR', expect: 200 })).json.items;
    for (const one of stats) assertFits(one, ['components', 'schemas', 'EndpointStats'], { closed: true });
    assert.ok(stats.some(({ failed }) => failed > 0));
    await ask('retryDelivery', { role: 'OPERATOR', params: { ...params, deliveryId }, expect: 202 });
    await until(
      'it has ended again',
      async () =>
        (await ask('getDelivery', { role: 'OPERATOR', params: { ...params, deliveryId }, expect: 200 })).json.status ===
        'failed',
    );
    await ask('resendEdited', {
      role: 'OPERATOR',
      params: { ...params, deliveryId },
      expect: 202,
      body: { payload: { message: 'edited' } },
    });
    await ask('resendEdited', {
      role: 'OPERATOR',
      params: { ...params, deliveryId },
      expect: 400,
      body: { payload: [], other: 1 },
    });
    await ask('startReplay', {
      role: 'OPERATOR',
      params,
      expect: 400,
      body: { since: 'yesterday', until: 5, status: 'queued' },
    });
    const {
      json: { replayId },
    } = await ask('startReplay', { role: 'OPERATOR', params, expect: 202, body: { since: 0, status: 'failed' } });
    await ask('listReplays', { role: 'OPERATOR', params, expect: 200 });
    await ask('getReplay', { role: 'OPERATOR', params: { ...params, replayId }, expect: 200 });
    await ask('cancelReplay', { role: 'OPERATOR', params: { ...params, replayId }, expect: 200 });
    await ask('cancelReplay', { role: 'OPERATOR', params: { ...params, replayId: 'rpl_none' }, expect: 404 });
  });

  test('what is sent fits the section webhooks', async () => {
    const all = await beckon.subscribe(['*']);
    await ask('appendPublicSignals', {
      from: freshAddress(),
      expect: 202,
      body: {
        handle: 'demo',
        sessionId: freshSession(),
        signals: [{ type: 'link.clicked' }, { type: 'view', signalValue: 'x', metadata: { a: 1 } }],
      },
    });
    await ask('resolvePublic', {
      from: freshAddress(),
      expect: 200,
      body: { handle: 'demo', sessionId: session, trigger: 'checkout' },
    });
    for (const [type, name] of [
      ['link.clicked', 'link.clicked'],
      ['signal.view', 'signal.<signalKey>'],
      ['chain.decision.resolved', 'chain.decision.resolved'],
    ]) {
      const { event, headers } = await all.log.next(delivery => delivery.event?.type === type);
      assertFits(event, ['webhooks', name, 'post', 'requestBody', 'content', 'application/json', 'schema']);
      for (const parameter of document.webhooks[name].post.parameters)
        if (parameter.required) assert.ok(headers[parameter.name], parameter.name);
    }
    const fitsItsSection = ({ event }) =>
      assertFits(event, ['webhooks', event.type, 'post', 'requestBody', 'content', 'application/json', 'schema']);
    fitsItsSection(await hook.log.next(delivery => delivery.event?.type === 'webhook.test'));
    const gone = await beckon.subscribe(['webhook.test'], { path: '/gone' });
    await ask('testSubscription', { role: 'OPERATOR', params: { subscriptionId: gone.id }, expect: 202, body: {} });
    for (const type of ['webhook.delivery.failed', 'webhook.subscription.disabled'])
      fitsItsSection(await all.log.next(delivery => delivery.event?.type === type));
    await ask('putRule', {
      role: 'CREATOR',
      params: { ruleId: 'late' },
      expect: 201,
      body: {
        triggers: ['@due'],
        when: { all: [{ absent: { key: 'purchase' }, after: { key: 'cart' }, for: '1s' }] },
        action: { type: 'email' },
      },
    });
    const waiting = freshSession();
    await ask('appendPublicSignals', {
      from: freshAddress(),
      expect: 202,
      body: { handle: 'demo', sessionId: waiting, signals: [{ type: 'cart' }] },
    });
    const {
      json: { timeline },
    } = await ask('getSession', { role: 'CREATOR', params: { sessionId: waiting }, expect: 200 });
    assert.ok(timeline.some(moment => moment.kind === 'timer'));
    fitsItsSection(await all.log.next(delivery => delivery.event?.type === 'chain.message.due'));
    await gone.close();
    await all.close();
  });

  test('the live feed', async () => {
    const one = operations.find(({ operationId }) => operationId === 'watchLive');
    const feed = await watch(beckon.base + one.path.replace('{handle}', 'demo'), {
      token: await beckon.token('OPERATOR'),
    });
    assert.ok(one.responses[feed.status].content[feed.headers['content-type']]);
    const { data } = await feed.events.next(({ event }) => event === 'delivery');
    assertFits(data, ['components', 'schemas', 'Delivery'], { closed: true });
    await feed.close();
    exercised.add('watchLive');
  });

  test('administration, access and system', async () => {
    const { json: allowlist } = await ask('getAllowlist', { role: 'PLATFORM_ADMIN', expect: 200 });
    await ask('getBackupFolder', { role: 'PLATFORM_ADMIN', expect: 200 });
    await ask('listNodes', { role: 'PLATFORM_ADMIN', expect: 200 });
    await ask('putAllowlist', {
      role: 'PLATFORM_ADMIN',
      expect: 200,
      body: { handles: allowlist.handles, egress: allowlist.egress },
    });
    await ask('createHandle', {
      role: 'PLATFORM_ADMIN',
      expect: 201,
      body: { handle: 'described', ownerEmail: 'a@example.com' },
    });
    await ask('createHandle', {
      role: 'PLATFORM_ADMIN',
      expect: 409,
      body: { handle: 'described', ownerEmail: 'a@example.com' },
    });
    await ask('listHandles', { role: 'PLATFORM_ADMIN', expect: 200 });
    await ask('listAuditEvents', { role: 'OPERATOR', expect: 200 });
    const exported = await ask('exportAuditEvents', { role: 'OPERATOR', expect: 200 });
    for (const line of exported.text.trimEnd().split('\n'))
      assertFits(JSON.parse(line), ['components', 'schemas', 'AuditEvent'], { closed: true, what: 'a line' });
    const { json: settings } = await ask('getSettings', { role: 'OWNER', expect: 200 });
    await ask('putSettings', {
      role: 'OWNER',
      expect: 200,
      body: Object.fromEntries(Object.entries(settings).filter(([key]) => key !== 'requestId')),
    });
    await ask('patchSettings', { role: 'OWNER', expect: 200, body: { retention: '60d' } });
    await ask('patchSettings', { role: 'OWNER', expect: 400, body: { retention: 'long' } });
    await ask('patchSettings', { role: 'OWNER', expect: 200, body: { retention: null } });
    await ask('listIdentityKeys', { role: 'OPERATOR', expect: 200 });
    const { json: made } = await ask('createIdentityKey', { role: 'OWNER', body: {}, expect: 201 });
    await ask('createIdentityKey', { role: 'OWNER', body: { other: 1 }, expect: 400 });
    await ask('createIdentityKey', { role: 'OWNER', expect: 201 });
    await ask('createIdentityKey', { role: 'OWNER', expect: 409 });
    await ask('createIdentityKey', { role: 'OPERATOR', expect: 403 });
    await ask('listIdentityKeys', { role: 'OPERATOR', expect: 200 });
    await ask('deleteIdentityKey', { role: 'OWNER', params: { keyId: made.keyId }, expect: 204 });
    await ask('deleteIdentityKey', { role: 'OWNER', params: { keyId: made.keyId }, expect: 404 });
    const scopes = document.components.schemas.Scope.enum;
    const { json: token } = await ask('createToken', { role: 'OPERATOR', body: { name: 'a', scopes }, expect: 201 });
    await ask('createToken', { role: 'OPERATOR', body: { name: 'a', scopes: ['a'] }, expect: 400 });
    await ask('createToken', { role: 'CREATOR', body: { name: 'a', scopes }, expect: 403 });
    const ofToken = { role: 'OPERATOR', params: { tokenId: token.tokenId } };
    const { json: next } = await ask('rotateToken', { ...ofToken, body: { overlapSeconds: 60 }, expect: 200 });
    await ask('listTokens', { role: 'OPERATOR', expect: 200 });
    await ask('resolveByToken', { token: next.token, expect: 200, body: { sessionId: session, trigger: 'checkout' } });
    await ask('listVisitorsByToken', { token: token.token, expect: 200 });
    await ask('listVisitorsByToken', { token: `${token.token}A`, expect: 401 });
    await ask('deleteToken', { ...ofToken, expect: 204 });
    await ask('deleteToken', { ...ofToken, expect: 404 });
    await ask('me', { role: 'OPERATOR', expect: 200 });
    for (const email of ['first@example.com', 'second@example.com'])
      assert.equal((await beckon.cli('user', 'add', email, '--data', beckon.data)).code, 0);
    for (const [email, role] of [
      ['first@example.com', 'CREATOR'],
      ['second@example.com', 'OWNER'],
    ])
      await ask('putCollaborator', { role: 'OWNER', expect: 200, body: { email, role } });
    await ask('putCollaborator', { role: 'OWNER', expect: 400, body: { email: 'first', role: 'KING', other: 1 } });
    await ask('listCollaborators', { role: 'OWNER', expect: 200 });
    await ask('removeCollaborator', { role: 'OWNER', expect: 204, params: { userId: 'first@example.com' } });
    await ask('removeCollaborator', { role: 'OWNER', expect: 409, params: { userId: 'second@example.com' } });
    const invited = { email: 'invited@example.com', role: 'CREATOR' };
    await ask('createInvitation', { role: 'OWNER', expect: 400, body: { email: 'x', role: 'OWNER', other: 1 } });
    const { json: link } = await ask('createInvitation', { role: 'OWNER', expect: 201, body: invited });
    await ask('listInvitations', { role: 'OWNER', expect: 200 });
    await ask('lookAtLink', { expect: 401, body: { code: 'unknown' }, from: freshAddress() });
    await ask('lookAtLink', { expect: 200, body: { code: link.code }, from: freshAddress() });
    const chosen = { code: link.code, password: 'correct horse battery staple' };
    await ask('acceptLink', { expect: 400, body: { code: link.code, password: 'short' }, from: freshAddress() });
    const { json: accepted } = await ask('acceptLink', { expect: 200, body: chosen, from: freshAddress() });
    const change = { currentPassword: chosen.password, newPassword: 'another horse battery staple' };
    const ofInvited = { token: accepted.accessToken };
    const changed = await ask('changePassword', { ...ofInvited, expect: 200, body: change, from: freshAddress() });
    const ofChanged = { token: changed.json.accessToken };
    const { json: signIns } = await ask('listSignIns', { ...ofChanged, expect: 200 });
    await ask('endOtherSignIns', { ...ofChanged, expect: 204 });
    await ask('endSignIn', { ...ofChanged, expect: 404, params: { signInId: 'none' } });
    await ask('endSignIn', { ...ofChanged, expect: 204, params: { signInId: signIns.items[0].signInId } });
    const { json: open } = await ask('createInvitation', {
      role: 'OWNER',
      expect: 201,
      body: { ...invited, email: 'late@example.com' },
    });
    await ask('deleteInvitation', { role: 'OWNER', expect: 204, params: { invitationId: open.invitationId } });
    const admin = { role: 'PLATFORM_ADMIN' };
    const ofUser = { ...admin, params: { userId: invited.email } };
    await ask('createUser', { ...admin, expect: 400, body: { email: 'x', other: 1 } });
    await ask('createUser', { ...admin, expect: 201, body: { email: 'created@example.com' } });
    await ask('listUsers', { ...admin, expect: 200 });
    await ask('getUser', { ...ofUser, expect: 200 });
    await ask('resetPassword', { ...ofUser, expect: 201 });
    await ask('changeUser', { ...ofUser, expect: 400, body: { disabled: 'yes' } });
    const again = { email: invited.email, password: change.newPassword };
    await ask('login', { expect: 200, body: again, from: freshAddress() });
    const { json: theirs } = await ask('listSignInsOfUser', { ...ofUser, expect: 200 });
    const { signInId } = theirs.items[0];
    await ask('endSignInOfUser', { ...admin, expect: 204, params: { ...ofUser.params, signInId } });
    await ask('endSignInsOfUser', { ...ofUser, expect: 204 });
    await ask('changeUser', { ...ofUser, expect: 200, body: { disabled: true } });
    await ask('deleteUser', { ...ofUser, expect: 204 });
    await ask('deleteUser', { ...ofUser, expect: 404 });
    await ask('listServerAuditEvents', { role: 'PLATFORM_ADMIN', expect: 200 });
    await ask('exportServerAuditEvents', { role: 'PLATFORM_ADMIN', expect: 200 });
    const email = 'described@example.com',
      password = 'correct horse battery staple';
    await beckon.addUser(email, password);
    await ask('login', { expect: 400, body: { email } });
    await ask('login', { expect: 401, body: { email, password: 'a password that is wrong' } });
    await ask('login', { expect: 200, body: { email, password } });
    await ask('exchange', { expect: 401, body: { code: 'used' } });
    const [, code] = /#([\w-]{43})$/m.exec(beckon.log);
    const {
      json: { accessToken },
    } = await ask('exchange', { expect: 200, body: { code } });
    await ask('logout', { headers: { authorization: `Bearer ${accessToken}` }, expect: 204 });
    await ask('listIdentityProviders', { expect: 200 });
    const browser = kBrowser;
    const corp = { params: { provider: 'corp' } };
    await ask('startProviderSignIn', { params: { provider: 'none' }, body: { browser }, expect: 404 });
    await ask('startProviderSignIn', { ...corp, body: {}, expect: 400 });
    const { json: started } = await ask('startProviderSignIn', { ...corp, body: { browser }, expect: 200 });
    const back = Object.fromEntries((await throughThePages(started.authorizeUrl, 'ada')).searchParams);
    await ask('finishProviderSignIn', { body: { ...back }, expect: 400 });
    await ask('finishProviderSignIn', { body: { ...back, browser: browser.toUpperCase() }, expect: 401 });
    await ask('finishProviderSignIn', { body: { ...back, browser }, expect: 200 });
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const out = { ...corp, headers: form, body: `logout_token=${await provider.logoutToken('ada')}` };
    await ask('endProviderSignIns', { ...out, params: { provider: 'none' }, expect: 404 });
    await ask('endProviderSignIns', { ...out, expect: 200 });
    await ask('endProviderSignIns', { ...out, expect: 400 });
    const { json: origins } = await ask('getContextOrigins', { role: 'OWNER', expect: 200 });
    await ask('putContextOrigins', { role: 'OWNER', expect: 400, body: { origins: ['*'] } });
    await ask('putContextOrigins', { role: 'OWNER', expect: 200, body: origins });
    await ask('getSdkConfig', { query: '?handle=demo', expect: 200 });
    await ask('getSdkConfig', { query: '?handle=nobody', expect: 404 });
    await ask('getLibrary', { params: { file: 'beckon.js' }, expect: 200 });
    for (const operationId of ['jwks', 'health', 'ready', 'metrics', 'openapi'])
      await ask(operationId, { expect: 200 });
    const who = { visitorId: 'v-1' };
    await ask('getVisitor', { role: 'CREATOR', params: who, expect: 200 });
    await ask('getVisitor', { role: 'CREATOR', params: { visitorId: 'nobody' }, expect: 404 });
    await ask('listVisitors', { role: 'CREATOR', query: '?q=v-', expect: 200 });
    await ask('listVisitors', { role: 'CREATOR', query: '?limit=0', expect: 400 });
    await ask('getVisitorTimeline', { role: 'CREATOR', params: who, expect: 200 });
    await ask('getVisitorTimeline', { role: 'CREATOR', params: { visitorId: 'nobody' }, expect: 404 });
    await ask('getCatalog', { role: 'CREATOR', expect: 200 });
    const rule = document.components.schemas.RuleWrite.examples[0];
    const preview = (visitorId, more) =>
      ask('previewRule', { role: 'CREATOR', body: { visitorId, rule: { ...rule, ...more } } });
    assert.equal((await preview(who.visitorId)).status, 200);
    assert.equal((await preview('nobody')).status, 404);
    assert.equal((await preview(who.visitorId, { ttl: 'x' })).status, 400);
    await ask('aliasVisitor', { role: 'OPERATOR', params: who, body: { id: 'crm-1' }, expect: 200 });
    await ask('aliasVisitor', { role: 'OPERATOR', params: who, body: { dryRun: 1 }, expect: 400 });
    await ask('splitVisitor', { role: 'OPERATOR', params: who, body: { ids: ['crm-1'], dryRun: true }, expect: 200 });
    await ask('splitVisitor', { role: 'OPERATOR', params: who, body: { ids: [] }, expect: 400 });
    await ask('declareTrait', { role: 'OPERATOR', params: { name: 'plan' }, body: { type: 'text' }, expect: 201 });
    await ask('declareTrait', { role: 'OPERATOR', params: { name: 'plan' }, body: { type: 'text' }, expect: 200 });
    await ask('declareTrait', { role: 'OPERATOR', params: { name: 'plan' }, body: { type: 'object' }, expect: 400 });
    await ask('declareTrait', {
      role: 'CREATOR',
      params: { name: 'plan' },
      body: { type: 'text', sensitive: true },
      expect: 403,
    });
    const set = { set: { plan: 'pro', seats: 5, trial: true, tags: ['a'], email: 'jon@company.example', plain: {} } };
    await ask('sayTraits', { role: 'OPERATOR', params: who, body: set, expect: 200 });
    await ask('sayTraits', { role: 'OPERATOR', params: who, body: { set: 1 }, expect: 400 });
    const many = { visitors: [{ visitorId: 'v-1', add: { points: 1 }, id: 'once' }] };
    await ask('sayTraitsOfMany', { role: 'OPERATOR', body: many, expect: 200 });
    await ask('sayTraitsOfMany', { role: 'OPERATOR', body: { visitors: [] }, expect: 400 });
    await ask('listTraits', { role: 'CREATOR', expect: 200 });
    const counter = { params: { name: 'visits' }, body: { key: 'v', field: 'n', meta: { n: { above: 0 } } } };
    await ask('declareCounter', { role: 'CREATOR', ...counter, expect: 201 });
    await ask('declareCounter', { role: 'CREATOR', ...counter, expect: 200 });
    await ask('declareCounter', { role: 'CREATOR', params: counter.params, body: { keep: '1w' }, expect: 400 });
    await ask('listCounters', { role: 'CREATOR', expect: 200 });
    await ask('getCounter', { role: 'CREATOR', params: counter.params, expect: 200 });
    await ask('getCounter', { role: 'CREATOR', params: { name: 'nothing' }, expect: 404 });
    await ask('getVisitor', { role: 'CREATOR', params: who, expect: 200 });
    await ask('getVisitor', { role: 'OPERATOR', params: who, expect: 200 });
    const one = { ...who, name: 'tags' };
    await ask('getTraitOfVisitor', { role: 'OPERATOR', params: one, expect: 200 });
    await ask('getTraitOfVisitor', { role: 'OPERATOR', params: { ...who, name: 'email' }, expect: 200 });
    await ask('getTraitOfVisitor', { role: 'OPERATOR', params: { ...who, name: 'none' }, expect: 404 });
    await ask('getTraitOfVisitor', { role: 'CREATOR', params: one, expect: 403 });
    await ask('deleteCounter', { role: 'CREATOR', params: counter.params, expect: 204 });
    await ask('deleteCounter', { role: 'CREATOR', params: counter.params, expect: 404 });
    await ask('deleteTrait', { role: 'CREATOR', params: { name: 'plan' }, expect: 204 });
    await ask('deleteTrait', { role: 'CREATOR', params: { name: 'plan' }, expect: 404 });
    await ask('exportVisitor', { role: 'OPERATOR', params: { visitorId: 'v-1' }, expect: 200 });
    await ask('exportVisitor', { role: 'OPERATOR', params: { visitorId: 'nobody' }, expect: 404 });
    await ask('eraseVisitor', { role: 'OPERATOR', params: { visitorId: 'v-1' }, expect: 204 });
    await ask('appendSignals', {
      role: 'CREATOR',
      expect: 202,
      body: { sessionId: session, signals: [{ type: 'v' }] },
    });
    await ask('eraseSession', { role: 'OPERATOR', params: { sessionId: session }, expect: 204 });
  });

  test('CloudEvents', async () => {
    const event = document.components.schemas.CloudEvent.examples[0];
    const headers = { 'content-type': 'application/cloudevents-batch+json' };
    await ask('appendCloudEvents', { role: 'CREATOR', expect: 200, headers, body: [event, { ...event, id: '' }] });
    await ask('appendCloudEvents', { role: 'CREATOR', expect: 400, headers, body: { ...event, source: 5 } });
  });

  test('the Model Context Protocol', async () => {
    const made = await beckon.as('OPERATOR', 'POST', '/tokens', { name: 'model', scopes: ['chain.rules.read'] });
    const { token } = made.json;
    const message = { jsonrpc: '2.0', method: 'tools/call', params: { name: 'rules_list', arguments: {} } };
    await ask('mcp', { token, expect: 200, body: { ...message, id: 1 } });
    await ask('mcp', { token, expect: 200, body: { ...message, id: 'a', params: {} } });
    await ask('mcp', { token, expect: 202, body: message });
    await ask('mcp', { token, expect: 400, body: [] });
    await ask('mcp', { token: 'patv1_none', expect: 401, body: message });
    const metadata = await ask('mcpMetadata', { expect: 200 });
    assert.deepEqual(metadata.json.authorization_servers, [provider.issuer]);
    await ask('mcp', { token, expect: 403, headers: { origin: 'https://evil.example' }, body: message });
  });

  test('every operation of the document was asked and answered', () => {
    // Those of access tokens refer to those of roles in all that they answer; matrix.test.mjs asks each.
    assert.deepEqual(
      operations.map(one => one.operationId).filter(id => !id.endsWith('ByToken') && !exercised.has(id)),
      [],
    );
  });
});
