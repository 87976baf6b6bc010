import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { exampleOf, flat, groupsOf, matches, membersOf, resolved, titleIn, typeWords } from './reference.ts';
import type { Document } from './reference.ts';
import { draftOf, headersOf, pathFor, urlOf } from './request.ts';

const document = JSON.parse(readFileSync(new URL('../../../docs/openapi.json', import.meta.url), 'utf8')) as Document;
const groups = groupsOf(document),
  all = groups.flatMap(group => group.operations);
const of = (id: string) => all.find(one => one.id === id)!;

test('every operation is in one group; routes for access tokens are listed with the operation they mirror', () => {
  const routes = new Set(
    Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map(method => `${method.toUpperCase()} ${path}`),
    ),
  );
  for (const one of all) {
    if (one.isEvent) continue;
    assert.ok(routes.delete(`${one.method} ${one.path}`), one.path);
    if (one.tokenPath) assert.ok(routes.delete(`${one.method} ${one.tokenPath}`), one.tokenPath);
  }
  assert.deepEqual([...routes], []);
  assert.ok(all.filter(one => one.isEvent).length >= 7);
});

test('shows who may call an operation: anybody, a role, or a scope with its own path', () => {
  assert.deepEqual([of('appendPublicSignals').role, of('appendPublicSignals').scope], ['', '']);
  const own = of('publishEvent');
  assert.deepEqual(
    [own.role, own.scope, own.tokenPath],
    ['OPERATOR', 'events.publish', '/v2/public/handles/{handle}/events'],
  );
});

test('every reference leads somewhere, and every schema has members or a type, however deep', () => {
  for (const { bodies, answers } of all)
    for (const body of [...bodies, ...answers.flatMap(one => one.body ?? [])]) {
      const look = (schema: object, depth: number): void => {
        assert.ok(resolved(document, schema), JSON.stringify(schema));
        assert.notEqual(typeWords(document, schema), '');
        if (depth < 4) for (const one of membersOf(document, schema)) look(one.schema, depth + 1);
      };
      look(body.schema, 0);
    }
});

test('the parts of an allOf are merged into one schema', () => {
  const schema = flat(document, { $ref: '#/components/schemas/ImportedSignal' });
  assert.ok(schema.properties!.type && schema.properties!.sessionId);
  assert.ok(schema.required!.includes('at'));
});

test('an example has every required member, even where the document has no example', () => {
  const schema = {
    type: 'object',
    required: ['name', 'kind', 'list', 'count'],
    properties: {
      name: { type: 'string' },
      kind: { enum: ['a', 'b'] },
      list: { type: 'array', items: { type: 'boolean' } },
      count: { type: 'integer', minimum: 3 },
      more: { type: 'string' },
    },
  };
  assert.deepEqual(exampleOf(document, schema), { name: 'text', kind: 'a', list: [true], count: 3 });
});

test('types are described in words with their bounds', () => {
  assert.equal(
    typeWords(document, { type: ['string', 'null'], maxLength: 64 }),
    'string or null, at most 64 characters',
  );
  assert.equal(
    typeWords(document, { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 9 }),
    'array of string, 1 to 9 items',
  );
  assert.equal(typeWords(document, { type: 'integer', minimum: 0 }), 'integer, at least 0');
});

test('a search matches every word, in any order and case', () => {
  assert.ok(matches(of('publishEvent'), 'event PUBLISH'));
  assert.ok(!matches(of('publishEvent'), 'event simulate'));
});

test('of two operations with one name, the one without a token is marked', () => {
  const chain = groups.find(({ name }) => name === 'Chain')!.operations;
  const titles = chain.map(one => titleIn(chain, one));
  assert.equal(new Set(titles).size, titles.length);
});

test('a request is built from its form, and uses the path that an access token may call', () => {
  const own = of('getTrait') ?? all.find(one => one.path.endsWith('/traits/{name}') && one.method === 'GET')!;
  const draft = draftOf(own, 'acme', true);
  assert.equal(draft.as, 'signIn');
  draft.values.visitorId = 'a/b ü';
  assert.match(
    urlOf(own, draft, 'http://x'),
    /^http:\/\/x\/v2\/handles\/acme\/visitors\/a%2Fb%20%C3%BC\/traits\/plan$/,
  );
  const asToken = { ...draft, as: 'other' as const, token: 'patv1_x.y' };
  assert.match(pathFor(own, asToken), /^\/v2\/public\/handles\//);
  const open = draftOf(of('appendPublicSignals'), 'mine', false);
  assert.equal(open.as, 'nobody');
  assert.equal(JSON.parse(open.body).handle, 'mine');
  assert.deepEqual(headersOf(of('appendPublicSignals'), open), [['content-type', 'application/json']]);
});
