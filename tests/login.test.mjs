// Signing in and out: the contract's sections 2 and 8, safety's sections 2 and 3.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Beckon, binary, freshAddress, plain } from './kit/beckon.mjs';
import { watch } from './kit/live.mjs';
import { needsFiles } from './kit/postgres.mjs';

const password = 'correct horse battery staple';

let beckon;
before(async () => {
  beckon = await Beckon.start({ env: { BECKON_LOGIN_FAILURES: '3', BECKON_LOGIN_FAILURES_ANYWHERE: '8' } });
});
after(() => beckon?.close());

let users = 0;
const freshUser = () => `u${(users += 1)}@example.com`;

// `beckon user password`, the password from a file.
async function putPassword(email, text = password) {
  const file = join(beckon.data, 'password');
  writeFileSync(file, `${text}\n`);
  return beckon.cli('user', 'password', email, '--password-file', file, '--data', beckon.data);
}
async function userWith(role) {
  const email = freshUser();
  assert.equal((await beckon.cli('user', 'add', email, '--data', beckon.data)).code, 0);
  assert.equal((await putPassword(email)).code, 0);
  if (role) await grant(email, role);
  return email;
}
async function grant(email, role) {
  const { code, err } = await beckon.cli(
    'grant',
    '--handle',
    'demo',
    '--user',
    email,
    '--role',
    role,
    '--data',
    beckon.data,
  );
  assert.equal(code, 0, err);
}
const login = (email, text = password, options = {}) =>
  beckon.call('POST', '/v2/auth/login', { body: { email, password: text }, from: freshAddress(), ...options });
const me = token => beckon.call('GET', '/v2/auth/me', { token });
const tokenOf = async email => {
  const { status, json, text } = await login(email);
  assert.equal(status, 200, text);
  return json.accessToken;
};
const auditOf = async email =>
  (await beckon.admin('GET', '/audit-events')).json.items.filter(({ target }) => target === email);

describe('a password', () => {
  test('is put on the command line, from a file or standard input, and never stands on it', async () => {
    const email = freshUser();
    const made = await beckon.cli('user', 'add', email, '--data', beckon.data);
    assert.match(made.out, /beckon user password/, 'it says how to go on');
    assert.equal((await login(email)).status, 401, 'without a password there is no way in');
    const put = await putPassword(email);
    assert.equal(put.code, 0, put.err);
    assert.equal((await login(email)).status, 200);
    const piped = spawnSync(binary, ['user', 'password', email, '--data', beckon.data], {
      input: 'piped horse battery staple\n',
      env: { ...plain, ...beckon.env },
    });
    assert.equal(piped.status, 0, String(piped.stderr));
    assert.equal((await login(email, 'piped horse battery staple')).status, 200);
    assert.deepEqual(
      (await auditOf(email))
        .map(({ action, actor }) => [action, actor])
        .filter(([action]) => action !== 'auth.login_failed'),
      [
        ['auth.login', email],
        ['password.put', 'cli'],
        ['auth.login', email],
        ['password.put', 'cli'],
        ['user.add', 'cli'],
      ],
    );
    assert.ok(!JSON.stringify(await auditOf(email)).includes('horse'));
  });

  test('that will not do is refused with its reason, and nothing changes', async () => {
    const email = await userWith();
    for (const [text, why] of [
      ['short', /at least 12 characters/],
      ['aaaaaaaaaaaaaaaa', /repeated character/],
      [email.toUpperCase(), /not be the e-mail/],
      [`${'x'.repeat(1025)}y`, /at most 1024/],
    ]) {
      const { code, err } = await putPassword(email, text);
      assert.equal(code, 1);
      assert.match(err, why);
    }
    assert.equal((await login(email)).status, 200);
    const unknown = await putPassword('nobody@example.com');
    assert.deepEqual([unknown.code, /beckon user add/.test(unknown.err)], [1, true]);
  });

  test('is kept as a hash alone, and stands in no log', { skip: needsFiles }, async () => {
    const email = await userWith();
    await login(email);
    await login(email, 'a password that is wrong');
    const files = readdirSync(beckon.data)
      .filter(name => name.startsWith('beckon.db'))
      .map(name => readFileSync(join(beckon.data, name)));
    assert.ok(files.some(bytes => bytes.includes('$argon2id$v=19$m=65536,t=2,p=1$')));
    for (const bytes of files) assert.ok(!bytes.includes(password));
    for (const secret of [password, 'a password that is wrong', 'eyJ']) assert.ok(!beckon.log.includes(secret), secret);
  });
});

describe('login', () => {
  test('gives a token that says who, for as long as it says, and is not to be kept by a cache', async () => {
    const email = await userWith('OPERATOR');
    const { status, json, headers } = await login(email.toUpperCase());
    assert.equal(status, 200);
    assert.deepEqual(
      [json.expiresIn, json.user],
      [8 * 3600, { email, handles: [{ handle: 'demo', role: 'OPERATOR' }] }],
    );
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['set-cookie'], undefined);
    const { json: who } = await me(json.accessToken);
    assert.deepEqual(
      [who.subject, who.platformAdmin, who.handles],
      [email, false, [{ handle: 'demo', role: 'OPERATOR' }]],
    );
    const claims = JSON.parse(Buffer.from(json.accessToken.split('.')[1], 'base64url'));
    assert.deepEqual([claims.exp - claims.iat, claims.role, claims.handle], [8 * 3600, undefined, undefined]);
  });

  test('names what a body lacks; a form, which any page may send, is not taken', async () => {
    for (const [body, fields] of [
      [{}, ['email', 'password']],
      [{ email: 'ada', password: 5 }, ['email', 'password']],
      [{ email: 'ada@example.com', password: 'x'.repeat(1025) }, ['password']],
    ]) {
      const { status, json } = await beckon.call('POST', '/v2/auth/login', { body, from: freshAddress() });
      assert.deepEqual([status, json.details.map(({ field }) => field)], [400, fields]);
    }
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])
      assert.equal(
        (
          await beckon.call('POST', '/v2/auth/login', {
            body: JSON.stringify({ email: 'a@b.example', password }),
            headers: { 'content-type': type },
          })
        ).status,
        415,
        type,
      );
  });

  test('an unknown user, one without a password and a wrong password are answered alike', async () => {
    const known = await userWith(),
      without = freshUser();
    await beckon.cli('user', 'add', without, '--data', beckon.data);
    const answers = [];
    for (const email of [known, without, 'nobody@example.com'])
      answers.push(await login(email, 'a password that is wrong'));
    const seen = answers.map(
      ({ status, json: { requestId, ...rest }, headers: { date, 'x-request-id': id, ...others } }) => ({
        status,
        rest,
        others,
      }),
    );
    assert.equal(seen[0].status, 401);
    assert.equal(seen[0].rest.error, 'invalid_credentials');
    assert.deepEqual(seen[1], seen[0]);
    assert.deepEqual(seen[2], seen[0]);
  });
});

describe('who guesses', () => {
  test('an address that failed often for an account waits, whether the account exists or not; others do not', async () => {
    for (const email of [await userWith(), 'nobody-at-all@example.com']) {
      const from = freshAddress();
      for (let i = 0; i < 3; i += 1)
        assert.equal((await login(email, 'a password that is wrong', { from })).status, 401);
      const { status, json, headers } = await login(email, password, { from });
      assert.deepEqual([status, json.error, headers['retry-after']], [429, 'rate_limited', '1']);
      assert.equal((await login(email)).status, email.startsWith('nobody') ? 401 : 200);
    }
  });

  test('an account that failed very often, from anywhere, waits for all', async () => {
    const email = await userWith();
    for (let i = 0; i < 8; i += 1) assert.equal((await login(email, 'a password that is wrong')).status, 401);
    assert.equal((await login(email)).status, 429);
  });

  test('the right password ends the waiting, once it is over', async () => {
    const email = await userWith();
    const from = freshAddress();
    for (let i = 0; i < 3; i += 1) await login(email, 'a password that is wrong', { from });
    let answer = await login(email, password, { from });
    for (let i = 0; answer.status === 429 && i < 5; i += 1) {
      await new Promise(done => setTimeout(done, 1000 * Number(answer.headers['retry-after'])));
      answer = await login(email, password, { from });
    }
    assert.equal(answer.status, 200);
    assert.equal((await login(email, 'a password that is wrong')).status, 401, 'it may fail a few times again');
  });

  test('an address tries ten times in a minute, whatever the account', async () => {
    const from = freshAddress(),
      email = await userWith();
    for (let i = 0; i < 10; i += 1)
      assert.equal((await login(freshUser(), 'a password that is wrong', { from })).status, 401);
    const { status, json, headers } = await login(email, password, { from });
    assert.deepEqual([status, json.error], [429, 'rate_limited']);
    assert.ok(Number(headers['retry-after']) >= 1);
    assert.equal(headers['ratelimit-limit'], '10');
    assert.equal((await login(email)).status, 200, 'from another address');
    const code = await beckon.call('POST', '/v2/auth/exchange', { body: { code: 'x' }, from });
    assert.equal(code.status, 429, 'codes are counted with it');
  });

  test('many at once gain nothing, and wait for their turn', async () => {
    const email = await userWith();
    const from = freshAddress();
    const answers = await Promise.all(
      Array.from({ length: 9 }, () => login(email, 'a password that is wrong', { from })),
    );
    assert.ok(answers.every(({ status }) => [401, 429].includes(status)));
    assert.equal(answers.filter(({ status }) => status === 401).length, 3);
    for (const { headers } of answers.filter(({ status }) => status !== 401))
      assert.ok(Number(headers['retry-after']) >= 1);
    const emails = [];
    for (let i = 0; i < 6; i += 1) emails.push(await userWith());
    const others = await Promise.all(emails.map(one => login(one)));
    assert.deepEqual(
      others.map(({ status }) => status),
      Array(6).fill(200),
    );
  });
});

describe('a role', () => {
  test('is looked up at each request: a demotion holds at once, for a token already in use', async () => {
    const email = await userWith('OPERATOR');
    const token = await tokenOf(email);
    const hooks = () => beckon.call('GET', '/v2/handles/demo/webhooks', { token });
    assert.equal((await hooks()).status, 200);
    await grant(email, 'CREATOR');
    const { status, json } = await hooks();
    assert.deepEqual([status, json.error, json.role], [403, 'insufficient_role', 'CREATOR']);
    assert.deepEqual((await me(token)).json.handles, [{ handle: 'demo', role: 'CREATOR' }]);
    await grant(email, 'OPERATOR');
    assert.equal((await hooks()).status, 200);
  });

  test('that one has not makes a handle one that does not exist', async () => {
    const token = await tokenOf(await userWith());
    const answers = await Promise.all(
      ['demo', 'nowhere'].map(handle => beckon.call('GET', `/v2/handles/${handle}/webhooks`, { token })),
    );
    assert.deepEqual(
      answers.map(({ status, json }) => [status, json.error, json.message]),
      Array(2).fill([404, 'handle_not_found', answers[0].json.message]),
    );
    assert.equal((await beckon.call('GET', '/v2/platform-admin/handles', { token })).json.error, 'insufficient_role');
  });
});

describe('logout', () => {
  test('ends the token at once, alone, also after a restart, and is audited', async () => {
    const email = await userWith('OPERATOR');
    const [token, other] = [await tokenOf(email), await tokenOf(email)];
    assert.equal((await beckon.call('POST', '/v2/auth/logout', { token })).status, 204);
    const refused = async () => {
      const { status, json } = await me(token);
      assert.deepEqual([status, json.error], [401, 'invalid_token']);
      assert.match(json.message, /signed out/);
    };
    await refused();
    assert.equal((await beckon.call('POST', '/v2/auth/logout', { token })).status, 401);
    assert.equal((await me(other)).status, 200);
    await beckon.kill();
    await beckon.open();
    await refused();
    assert.equal((await me(other)).status, 200, 'a sign-in outlives a restart');
    assert.equal((await auditOf(email))[0].action, 'auth.logout');
  });

  test('ends a token of the command line too', async () => {
    const { out: token } = await beckon.cli('token', '--handle', 'demo', '--role', 'CREATOR', '--data', beckon.data);
    assert.equal((await me(token)).status, 200);
    assert.equal((await beckon.call('POST', '/v2/auth/logout', { token })).status, 204);
    assert.equal((await me(token)).status, 401);
  });

  test('another password ends every sign-in of the user', async () => {
    const email = await userWith();
    const token = await tokenOf(email);
    assert.equal((await putPassword(email, 'another horse battery staple')).code, 0);
    const { status, json } = await me(token);
    assert.deepEqual([status, json.error], [401, 'invalid_token']);
    assert.equal((await login(email)).status, 401);
    assert.equal((await login(email, 'another horse battery staple')).status, 200);
  });

  test('ends what the token is watching', async () => {
    const token = await tokenOf(await userWith('OPERATOR'));
    const feed = await watch(`${beckon.base}/v2/handles/demo/live`, { token });
    assert.equal(feed.status, 200);
    await beckon.call('POST', '/v2/auth/logout', { token });
    const { data } = await feed.events.next(({ event }) => event === 'end', 40_000);
    assert.match(data.reason, /sign-in has ended/);
    await feed.ended;
  });
});

describe('the one-time link of --dev', () => {
  const codeIn = log => /#([\w-]{43})$/m.exec(log)?.[1];
  const exchange = code => beckon.call('POST', '/v2/auth/exchange', { body: { code }, from: freshAddress() });

  test('stands in the banner, signs in the OWNER of demo once, and then says that it was used', async () => {
    const code = codeIn(beckon.log);
    assert.match(beckon.log, new RegExp(`console +${beckon.base}/apps/lifecycle-messaging#${code}`));
    const { status, json } = await exchange(code);
    assert.equal(status, 200);
    assert.deepEqual(json.user.handles, [{ handle: 'demo', role: 'OWNER' }]);
    assert.deepEqual((await me(json.accessToken)).json.handles, [{ handle: 'demo', role: 'OWNER' }]);
    const again = await exchange(code);
    assert.deepEqual([again.status, again.json.error], [401, 'invalid_credentials']);
    assert.match(again.json.message, /already been used/);
  });

  test('of an earlier start says that it is not known; each start has its own', async () => {
    const before = codeIn(beckon.log);
    await beckon.stop();
    await beckon.open();
    const code = codeIn(beckon.log);
    assert.notEqual(code, before);
    assert.match((await exchange(before)).json.message, /unknown/);
    assert.equal((await exchange(code)).status, 200);
  });

  test('is not made without --dev, and no code is taken there', async () => {
    const plain = await Beckon.start({ flags: [] });
    try {
      assert.equal(codeIn(plain.log), undefined);
      assert.equal((await plain.call('POST', '/v2/auth/exchange', { body: { code: 'A'.repeat(43) } })).status, 401);
    } finally {
      await plain.close();
    }
  });
});

test('the audit of the server is for the platform admin alone, page by page', async () => {
  assert.equal(
    (await beckon.call('GET', '/v2/platform-admin/audit-events', { token: await beckon.token('OWNER') })).json.error,
    'insufficient_role',
  );
  const { json: first } = await beckon.admin('GET', '/audit-events?limit=2');
  assert.equal(first.items.length, 2);
  const { json: next } = await beckon.admin('GET', `/audit-events?limit=2&cursor=${first.nextCursor}`);
  assert.ok(next.items.every(({ auditId }) => !first.items.some(one => one.auditId === auditId)));
});
