// Who may call what, made from docs/openapi.json: every operation, called by every kind of caller, on their own handle,
// on another one and on one that does not exist. What the document says of an operation decides what must be answered.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Beckon, root } from './kit/beckon.mjs';

const document = JSON.parse(readFileSync(join(root, 'docs/openapi.json'), 'utf8'));
const kScopes = document.components.schemas.Scope.enum;
const kRoles = ['CREATOR', 'OPERATOR', 'OWNER'];
const kOwn = 'demo';
const kForeign = 'other';
const kMissing = 'nowhere';

// Each with who may call it: { role } (of kRoles, or PLATFORM_ADMIN; empty: any), { scope }, { member: true } for any
// access token or role of the handle, or nothing.
const byToken = ([scope]) => (scope ? { scope } : { member: true });
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, one]) => {
    const [access] = one.security ?? document.security;
    return {
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      ofHandle: path.startsWith('/v2/') && path.includes('handles/{handle}/'),
      body: one.requestBody ? '[]' : undefined, // no operation takes a list: it is refused, and changes nothing
      who: access?.jwt ? { role: access.jwt[0] ?? '' } : access?.accessToken ? byToken(access.accessToken) : null,
    };
  }),
);
const ofRoles = operations.filter(({ who }) => who?.role !== undefined);
const ofTokens = operations.filter(({ who }) => who?.scope);
const ofMembers = operations.filter(({ who }) => who?.member);

// Status, headers and body of an answer, but for what is of the request alone. A stream is only begun.
function ask({ method, path, body }, handle, headers) {
  const to = path.replace('{handle}', handle).replaceAll(/\{\w+\}/g, 'none-such');
  return new Promise((resolve, reject) => {
    const sent = request(
      beckon.base + to,
      { method, headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) } },
      answer => {
        const { date, 'x-request-id': id, ...rest } = answer.headers;
        if (rest['content-type'] === 'text/event-stream') {
          sent.destroy();
          return resolve({ status: answer.statusCode, headers: rest, text: '', json: {} });
        }
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', part => {
          text += part;
        });
        answer.on('end', () => {
          text = text.replace(/req_\w{26}/, 'req_');
          const json = /^application\/json/.test(rest['content-type'] ?? '') ? JSON.parse(text) : {};
          resolve({ status: answer.statusCode, headers: rest, text, json });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

let beckon;
const callers = {}; // by name: the headers that they send
const token = async (role, handle = kOwn) => ({ authorization: `Bearer ${await beckon.token(role, handle)}` });
async function accessToken(scopes, header = 'authorization') {
  const made = await beckon.as('OPERATOR', 'POST', '/tokens', { name: scopes.join(' ').slice(0, 64), scopes });
  assert.equal(made.status, 201, made.text);
  return { [header]: header === 'authorization' ? `Bearer ${made.json.token}` : made.json.token };
}
before(async () => {
  beckon = await Beckon.start();
  const { code, err } = await beckon.cli(
    'handle',
    'add',
    kForeign,
    '--owner',
    'o@other.example',
    '--data',
    beckon.data,
  );
  assert.equal(code, 0, err);
  for (const role of [...kRoles, 'PLATFORM_ADMIN']) callers[role] = await token(role);
  for (const scope of kScopes) {
    callers[scope] = await accessToken([scope]);
    // Without the scope, and without the one that covers it.
    const others = kScopes.filter(other => other !== scope && !(/^deliveries/.test(scope) && other === 'webhooks.*'));
    callers[`not ${scope}`] = await accessToken(others, 'x-api-key');
  }
});
after(async () => {
  await beckon?.close();
});

const cells = { of: 0 };
const codeOf = answer => `${answer.status} ${answer.json.error ?? ''}`;
async function mustBe(operation, caller, handle, wanted, headers = callers[caller] ?? {}) {
  const answer = await ask(operation, handle, headers);
  const what = `${operation.name} by ${caller} on ${handle}: ${answer.text.slice(0, 300)}`;
  cells.of += 1;
  if (wanted === 'allowed') {
    assert.ok(![401, 403].includes(answer.status) && answer.json.error !== 'handle_not_found', what);
    assert.ok(answer.status < 500, what);
  } else {
    assert.equal(codeOf(answer), wanted, what);
  }
  return answer;
}
// Of a handle on which the caller may do nothing, whether it exists or not.
async function mustBeUnknown(operation, caller, handles = [kForeign, kMissing]) {
  const answers = [];
  for (const handle of handles) answers.push(await mustBe(operation, caller, handle, '404 handle_not_found'));
  for (const answer of answers) assert.deepEqual(answer, answers[0], `${operation.name} by ${caller}`);
}

test('the document says of every operation who may call it', () => {
  assert.ok(ofRoles.length > 60 && ofTokens.length > 40);
  for (const { name, who, ofHandle } of operations) {
    if (ofHandle)
      assert.ok(who?.member || (who?.scope ? kScopes.includes(who.scope) : kRoles.includes(who?.role)), name);
    if (name.includes(' /v2/public/handles/')) assert.ok(who?.scope || who?.member, name);
  }
  for (const scope of kScopes)
    assert.ok(
      ofTokens.some(({ who }) => who.scope === scope),
      `${scope} opens nothing`,
    );
});

// What the contract says of the paths below a handle, section 2: the first line that fits, by method and path. The
// document is written from the route table, so this is what neither of them may change alone.
const kContract = [
  [/^POST chain\/signals$/, 'CREATOR', 'chain.signal.write'],
  [/^POST cloudevents$/, 'CREATOR', 'chain.signal.write'],
  [/^POST chain\/import$/, 'OPERATOR', 'chain.signal.write'],
  [/^POST (chain\/(resolve|prefetch)$|ofrep\/)/, 'CREATOR', 'chain.resolve'],
  [/^GET chain(\/\{sessionId\})?$/, 'CREATOR', 'visitors.read'],
  [/^DELETE chain\/\{sessionId\}$/, 'OPERATOR', 'visitors.write'],
  [/^GET decisions\/|^POST chain-rules\/preview$/, 'CREATOR', 'chain.explain'],
  [/^GET chain-rules/, 'CREATOR', 'chain.rules.read'],
  [/^(PUT|PATCH|DELETE|POST) chain-rules/, 'CREATOR', 'chain.rules.write'],
  [/^GET visitors\/\{visitorId\}\/(export|traits\/)/, 'OPERATOR', 'visitors.read'],
  [/^GET visitors/, 'CREATOR', 'visitors.read'],
  [/^(POST|DELETE) visitors\//, 'OPERATOR', 'visitors.write'],
  [/^GET (webhooks\/(\{subscriptionId\}\/(deliveries|replays)|stats$)|deliveries$)/, 'OPERATOR', 'deliveries.read'],
  [/^POST webhooks\/.*\/(retry|resend|replay|cancel)$/, 'OPERATOR', 'deliveries.retry'],
  [/^\w+ webhooks/, 'OPERATOR', 'webhooks.*'],
  [/^GET events\//, 'OPERATOR', 'deliveries.read'],
  [/^POST events$/, 'OPERATOR', 'events.publish'],
  [/^GET analytics$/, 'CREATOR', 'analytics.*'],
  [/^GET audit-events(\/export)?$/, 'OPERATOR', 'audit.read'],
  [/^\w+ tokens|^GET (live|identity-keys)$/, 'OPERATOR'],
  [/^\w+ (collaborators|invitations|settings|context-origins|identity-keys)/, 'OWNER'],
  [/^GET (catalog|notifications|sources)$|^\w+ (counters|traits)/, 'CREATOR'],
];

test('roles and scopes are those of the contract, and only its families are open to access tokens', () => {
  const below = ({ method, path }) => `${method} ${path.replace(/^.*\/\{handle\}\//, '')}`;
  const [byRole, byScope] = [ofRoles, ofTokens].map(list => list.filter(({ ofHandle }) => ofHandle));
  const lineOf = operation => kContract.find(([fits]) => fits.test(below(operation)));
  for (const operation of byRole) assert.equal(operation.who.role, lineOf(operation)?.[1], operation.name);
  for (const operation of byScope) assert.equal(operation.who.scope, lineOf(operation)?.[2], operation.name);
  const open = byRole.filter(operation => lineOf(operation)[2]);
  assert.deepEqual(open.map(below).sort(), byScope.map(below).sort());
});

test('without a token nothing is answered on any handle', async () => {
  for (const operation of [...ofRoles, ...ofTokens, ...ofMembers]) {
    const handles = operation.ofHandle ? [kOwn, kForeign, kMissing] : [kOwn];
    for (const handle of handles) await mustBe(operation, 'nobody', handle, '401 missing_bearer_token');
  }
});

test('a role may call what it includes on its own handle, and no other handle is there', async () => {
  for (const operation of ofRoles.filter(({ ofHandle }) => ofHandle))
    for (const role of kRoles) {
      const may = kRoles.indexOf(role) >= kRoles.indexOf(operation.who.role);
      const answer = await mustBe(operation, role, kOwn, may ? 'allowed' : '403 insufficient_role');
      if (!may) assert.equal(answer.json.requiredRole, operation.who.role, operation.name);
      await mustBeUnknown(operation, role);
    }
});

test('a platform admin has no role on any handle', async () => {
  for (const operation of ofRoles.filter(({ ofHandle }) => ofHandle))
    await mustBeUnknown(operation, 'PLATFORM_ADMIN', [kOwn, kForeign, kMissing]);
});

test('what belongs to no handle is for a platform admin, or for anybody with a token of a sign-in', async () => {
  for (const operation of ofRoles.filter(({ ofHandle }) => !ofHandle)) {
    const ofAdmin = operation.who.role === 'PLATFORM_ADMIN';
    for (const caller of [...kRoles, 'PLATFORM_ADMIN']) {
      // A token of its own, since one of these ends it.
      beckon.forgetTokens();
      const may = !ofAdmin || caller === 'PLATFORM_ADMIN';
      await mustBe(operation, caller, kOwn, may ? 'allowed' : '403 insufficient_role', await token(caller));
    }
    await mustBe(operation, kScopes[0], kOwn, '401 invalid_token');
  }
});

test('an access token with the one scope may call on its own handle, and no other handle is there', async () => {
  for (const operation of ofTokens) {
    await mustBe(operation, operation.who.scope, kOwn, 'allowed');
    await mustBeUnknown(operation, operation.who.scope);
  }
});

test('an access token with every scope but that one may not, and hears which it lacks', async () => {
  for (const operation of ofTokens) {
    const caller = `not ${operation.who.scope}`;
    const answer = await mustBe(operation, caller, kOwn, '403 insufficient_scope');
    assert.equal(answer.json.requiredScope, operation.who.scope, operation.name);
    assert.ok(answer.json.message.includes(operation.who.scope), operation.name);
    await mustBeUnknown(operation, caller);
  }
});

test('an access token is no role, and a role is no access token', async () => {
  for (const operation of ofRoles.filter(({ ofHandle }) => ofHandle))
    for (const caller of ['visitors.read', 'not audit.read'])
      for (const handle of [kOwn, kForeign, kMissing]) {
        const answer = await mustBe(operation, caller, handle, '401 invalid_token');
        assert.match(answer.json.message, /only work on \/v2\/public\/handles\/\{handle\}\//);
      }
  for (const operation of ofTokens)
    for (const caller of [...kRoles, 'PLATFORM_ADMIN'])
      for (const handle of [kOwn, kForeign, kMissing]) {
        const answer = await mustBe(operation, caller, handle, '401 invalid_token');
        assert.match(answer.json.message, /a sign-in's token works on \/v2\/handles\/\{handle\}\//);
      }
});

test('what is for every access token and every role of a handle asks no more of them', async () => {
  assert.deepEqual(
    ofMembers.map(({ name }) => name),
    ['POST /v2/public/handles/{handle}/mcp'],
  );
  for (const operation of ofMembers) {
    for (const caller of [...kScopes, ...kRoles]) {
      await mustBe(operation, caller, kOwn, 'allowed');
      await mustBeUnknown(operation, caller);
    }
    await mustBeUnknown(operation, 'PLATFORM_ADMIN', [kOwn, kForeign, kMissing]);
  }
});

test('every cell was looked at', () => {
  const roles = ofRoles.filter(({ ofHandle }) => ofHandle).length;
  const others = ofRoles.length - roles;
  const ofRole = 3 + 3 * kRoles.length + 3 + 2 * 3; // nobody, the roles, the admin, two access tokens: on three handles
  const ofToken = 3 + 3 + 3 + 3 * (kRoles.length + 1); // nobody, with the scope, without, the roles and the admin
  const ofMember = 3 + 3 * (kScopes.length + kRoles.length + 1); // nobody, and each on three handles
  assert.equal(
    cells.of,
    roles * ofRole + others * (1 + kRoles.length + 1 + 1) + ofTokens.length * ofToken + ofMembers.length * ofMember,
  );
});
