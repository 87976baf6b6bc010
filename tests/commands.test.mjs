// The command line: words that it does not know, options in both forms, and what it never creates.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Beckon, binary, freshSession } from './kit/beckon.mjs';
import { needsFiles } from './kit/postgres.mjs';
import { tzdata } from './kit/tzdata.mjs';
import { until } from './kit/wait.mjs';

let beckon;
let folder;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'beckon-commands-'));
  beckon = await Beckon.start();
});
after(async () => {
  await beckon?.close();
  rmSync(folder, { recursive: true, force: true });
});
const cli = (...args) => beckon.cli(...args);

describe('what is mistyped', () => {
  for (const [words, nearest] of [
    [['sreve'], 'beckon serve'],
    [['tokens', '--platform-admin'], 'beckon token'],
    [['handle', 'ad', 'acme'], 'beckon handle add'],
    [['user', 'passwd', 'a@b.example'], 'beckon user password'],
  ])
    test(`"${words.join(' ')}" is answered with the nearest command`, async () => {
      const { code, err } = await cli(...words);
      assert.equal(code, 2);
      assert.match(err, new RegExp(`is not a command; did you mean ${nearest}\\?`));
    });

  test('a variable is answered with the nearest setting, unless it is what scripts put on the command line', () => {
    const run = variables =>
      spawnSync(binary, ['serve', '--listen', 'nowhere', '--data', folder], {
        encoding: 'utf8',
        env: { ...process.env, ...variables },
      });
    const { status, stderr } = run({ BECKON_RETRY_SHEDULE: '1s' });
    assert.equal(status, 1, stderr);
    assert.match(stderr, /BECKON_RETRY_SHEDULE is not a setting; did you mean retry-schedule/);
    assert.doesNotMatch(run({ BECKON_ARGS: '--dev' }).stderr, /not a setting/);
  });

  test('an option is answered with the nearest setting', async () => {
    const { code, err } = await cli('serve', '--retry-shedule', '1s');
    assert.equal(code, 2);
    assert.match(err, /--retry-shedule is not an option; did you mean --retry-schedule\?/);
  });
});

test('--version and version print the same: the release, and the release of the time zone database', async () => {
  const flag = await cli('--version');
  assert.equal(flag.code, 0);
  assert.match(flag.out, /^beckon \d+\.\d+\.\d+$/m);
  assert.equal(/^tzdata (.+)$/m.exec(flag.out)?.[1], tzdata());
  assert.equal((await cli('version')).out, flag.out);
});

describe('an option that is either on or off', () => {
  const token = (...args) => cli('token', '--data', beckon.data, ...args);
  test('is on alone and with true, in both spellings', async () => {
    for (const form of [['--platform-admin'], ['--platform-admin', 'true'], ['--platform-admin=true']])
      assert.match((await token(...form)).out, /^[\w-]+\.[\w-]+\.[\w-]+$/, form.join(' '));
  });
  test('is off with false, and takes no other word', async () => {
    assert.match((await token('--platform-admin', 'false')).err, /--handle is required/);
    assert.match((await token('--platform-admin', 'maybe')).err, /must be true or false/);
  });
  test('of the server takes a value too', async () => {
    const { code, err } = await cli('serve', '--data', beckon.data, '--admit-http', 'perhaps');
    assert.equal(code, 1);
    assert.match(err, /--admit-http must be true or false, not "perhaps"/);
    assert.match((await cli('serve', '--data', beckon.data, '--admit-http', 'true')).err, /Another server is using/);
  });
});

describe('a data folder', { skip: needsFiles }, () => {
  const nowhere = () => join(folder, `mistyped-${Math.random()}`);
  for (const words of [
    ['handle', 'add', 'acme', '--owner', 'a@b.example'],
    ['user', 'add', 'a@b.example'],
    ['grant', '--handle', 'acme', '--user', 'a@b.example', '--role', 'OWNER'],
    ['revoke', '--handle', 'acme', '--user', 'a@b.example'],
    ['token', '--platform-admin'],
  ])
    test(`is not created by ${words.slice(0, 2).join(' ')}`, async () => {
      const data = nowhere();
      const { code, err } = await cli(...words, '--data', data);
      assert.equal(code, 1);
      assert.match(err, /There is no data in .*mistyped/);
      assert.equal(existsSync(data), false);
    });

  test('is not created by an import', async () => {
    const data = nowhere();
    const file = join(folder, 'none.csv');
    writeFileSync(file, 'event_id,derived_tstamp,domain_sessionid\n');
    const { code, err } = await cli('import', file, '--handle', 'demo', '--data', data);
    assert.equal(code, 1);
    assert.match(err, /There is no data in/);
    assert.equal(existsSync(data), false);
  });

  test('without its master key starts no server, and gets no other key', async () => {
    const lost = await Beckon.start();
    await lost.stop();
    rmSync(join(lost.data, 'master.key'));
    const { code, err } = await cli('serve', '--dev', '--data', lost.data, '--listen', `127.0.0.1:${lost.port}`);
    assert.equal(code, 1);
    assert.match(err, /master\.key is missing/);
    assert.equal(existsSync(join(lost.data, 'master.key')), false);
    await lost.close();
  });
});

test('a token is read from a file, so that no other user of the machine sees it', async () => {
  const file = join(folder, 'token');
  writeFileSync(file, `${await beckon.token('CREATOR')}\n`);
  const ask = (...args) => cli('demo', '--base', beckon.base, '--shoppers', '1', '--seed', '7', ...args);
  const run = await ask('--token-file', file);
  assert.equal(run.code, 0, run.err);
  assert.match(run.out, /^1 shoppers on demo/);
  assert.match((await ask('--token-file', join(folder, 'none'))).err, /cannot be read/);
  assert.notEqual((await ask()).code, 0);
});

test('a token is read from standard input', async () => {
  const token = await beckon.token('CREATOR');
  const given = ['--base', beckon.base, '--shoppers', '1', '--seed', '7', '--token-file', '-'];
  const { status, stdout, stderr } = spawnSync(binary, ['demo', ...given], { input: `${token}\n`, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^1 shoppers on demo/);
});

test('every command that takes a token as an argument takes it from a file too', async () => {
  const { out } = await cli('--help-all');
  const options = [...out.matchAll(/^ +--([\w-]*token[\w-]*) TEXT/gm)].map(([, name]) => name);
  const asText = options.filter(name => !name.endsWith('-file'));
  assert.equal(asText.length, 4, 'of import, playbook (two) and demo');
  assert.deepEqual(options.filter(name => name.endsWith('-file')).sort(), asText.map(name => `${name}-file`).sort());
});

test('a second server on a port ends with the reason', { skip: needsFiles }, async () => {
  const other = mkdtempSync(join(folder, 'second-'));
  const { code, err } = await cli('serve', '--dev', '--data', other, '--listen', `127.0.0.1:${beckon.port}`);
  assert.equal(code, 1);
  assert.match(err, /cannot listen on .*[Aa]ddress already in use/);
});

test('the root of the server leads to the console', async () => {
  const answer = await fetch(`${beckon.base}/`, { redirect: 'manual' });
  assert.equal(answer.status, 302);
  assert.equal(answer.headers.get('location'), '/apps/lifecycle-messaging');
});

test('a log that nobody reads stops nothing, and what is dropped is counted', async () => {
  const mute = await Beckon.start({ flags: ['--dev', '--log-requests', 'all'] });
  mute.child.stderr.removeAllListeners('data');
  mute.child.stderr.pause();
  const dropped = async () =>
    Number(/^beckon_log_lines_dropped_total (\S+)$/m.exec((await mute.call('GET', '/metrics')).text)?.[1]);
  const path = `/${'x'.repeat(200)}`;
  await until(
    'lines are dropped',
    async () => {
      await Promise.all(
        Array.from({ length: 500 }, () => mute.call('GET', path, { headers: { 'x-request-id': 'r'.repeat(64) } })),
      );
      return (await dropped()) > 0;
    },
    120_000,
  );
  assert.equal((await mute.signal(freshSession(), { type: 'view' })).status, 202);
  assert.equal((await mute.stop()).code, 0);
  await mute.close();
});

test('SIGHUP reloads the log level, names what needs a restart, and ends nothing', async () => {
  const file = join(folder, 'reload.toml');
  writeFileSync(file, 'log-level = "error"\n');
  const server = await Beckon.start({ flags: ['--dev', '--config', file] });
  writeFileSync(file, 'log-level = "info"\nhttp-idle = "7s"\n');
  server.child.kill('SIGHUP');
  await until('it says what waits', () => /"event":"reloaded".*http-idle/.test(server.log));
  assert.equal(
    (await server.call('GET', '/v2/system/ready', { headers: { 'x-request-id': 'after-reload' } })).status,
    200,
  );
  await until('requests are logged now', () => server.log.includes('after-reload'));
  writeFileSync(file, 'log-level = "loud"\n');
  server.child.kill('SIGHUP');
  await until('an error is named', () => /reload_failed/.test(server.log) && /log-level must be/.test(server.log));
  assert.equal((await server.call('GET', '/v2/system/ready')).status, 200);
  await server.close();
});
