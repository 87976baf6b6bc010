// What the Debian package and its service need of the program: documents made from its settings, a look at the machine,
// news for systemd, and the bill of materials. Whether the package works is shown by tests/prove/package.mjs.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { binary, root } from './kit/beckon.mjs';

let folder;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'beckon-package-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));
const cli = (...args) => spawnSync(binary, args, { encoding: 'utf8', cwd: folder });

describe('the documents of the settings', () => {
  const settings = () =>
    [...cli('serve', '--help').stdout.matchAll(/^ {2}--([a-z-]+)\b/gm)]
      .map(([, name]) => name)
      .filter(name => !['help-all', 'config'].includes(name));

  test('a sample file has every setting once, and each is taken as it stands', () => {
    const text = cli('reference', 'toml').stdout;
    const names = [...text.matchAll(/^(?:# )?([a-z-]+) = /gm)].map(([, name]) => name);
    assert.deepEqual([...names].sort(), settings().sort());
    // With defaults that are no values, such as that of a file, left out.
    const all = text.replace(/^# ([a-z-]+ = (?!"").*)$/gm, '$1').replace(/^master-key-file.*$/m, '');
    const file = join(folder, 'all.toml');
    writeFileSync(file, all.replace('/var/lib/beckon', join(folder, 'data')));
    const { status, stdout, stderr } = cli('doctor', '--config', file, '--name', '');
    assert.equal(status, 0, stdout + stderr);
    assert.equal(stderr, '');
  });

  test('a sample file sets what the service needs, and no more', () => {
    const set = cli('reference', 'toml').stdout.match(/^[a-z].*$/gm);
    assert.deepEqual(set.map(line => line.split(' ')[0]).sort(), [
      'data',
      'listen',
      'master-key-file',
      'metrics-listen',
    ]);
  });

  test('the manual page has every setting and command, and troff reads it without a complaint', () => {
    const page = cli('reference', 'man').stdout;
    const plain = page.replaceAll('\\-', '-');
    for (const name of settings()) assert.match(plain, new RegExp(`^\\.B --${name}$`, 'm'));
    for (const name of ['serve', 'handle add', 'user password', 'doctor', 'import'])
      assert.match(plain, new RegExp(`^\\.B beckon ${name}$`, 'm'));
    assert.doesNotMatch(plain, /beckon (reference|routes)\b/);
    const groff = spawnSync('groff', ['-man', '-ww', '-z', '-Kutf8', '-Tutf8'], { input: page, encoding: 'utf8' });
    if (groff.error) return; // groff is not part of every Debian
    assert.equal(groff.stderr, '');
  });
});

describe('beckon doctor', () => {
  const rows = ({ stdout }) =>
    Object.fromEntries([...stdout.matchAll(/^(ok|warning|broken) +(.{12}) (.*)$/gm)].map(one => [one[2].trim(), one]));

  test('names what it looked at, and leaves nothing behind', () => {
    const data = join(folder, 'fresh');
    const answer = cli('doctor', '--data', data, '--name', 'localhost');
    assert.equal(answer.status, 0, answer.stdout);
    const found = rows(answer);
    assert.deepEqual(Object.keys(found), [
      'data folder',
      'free space',
      'master key',
      'address',
      'clock',
      'name server',
      'authorities',
      'time zones',
      'open files',
    ]);
    assert.match(found['data folder'][3], /does not exist yet/);
    assert.equal(found['name server'][1], 'ok');
    assert.ok(!existsSync(data));
    mkdirSync(data);
    cli('doctor', '--data', data, '--name', '');
    assert.deepEqual(readdirSync(data), []);
  });

  for (const [why, what, option, text, mode] of [
    ['is too short', 'master key', '--master-key-file', 'short', 0o600],
    ['everybody may read', 'master key', '--master-key-file', 'a'.repeat(32), 0o644],
    ['has no certificate', 'authorities', '--extra-ca-file', 'no certificate', 0o644],
    ['is no folder', 'data folder', '--data', 'a file', 0o644],
  ])
    test(`is not content with a file that ${why}, for ${option}`, () => {
      const file = join(folder, 'wrong');
      writeFileSync(file, text);
      chmodSync(file, mode);
      const answer = cli('doctor', '--name', '', option, file);
      assert.equal(answer.status, 1, answer.stdout);
      assert.equal(rows(answer)[what][1], 'broken');
      assert.ok(rows(answer)[what][3].includes(file), answer.stdout);
    });

  for (const [why, what, ...options] of [
    [
      'an address that is reachable from outside, without a key of the operator’s',
      'address',
      '--listen',
      '0.0.0.0:18080',
    ],
    ['a certificate without a key', 'address', '--tls-certificate', 'a.pem'],
    ['a certificate that is not there', 'address', '--tls-certificate', 'a.pem', '--tls-key', 'a.key'],
  ])
    test(`is not content with ${why}`, () => {
      const answer = cli('doctor', '--name', '', ...options);
      assert.equal(answer.status, 1, answer.stdout);
      assert.equal(rows(answer)[what][1], 'broken');
    });

  test('is not content with data whose key is gone', () => {
    const data = join(folder, 'keyless');
    mkdirSync(data);
    writeFileSync(join(data, 'beckon.db'), '');
    const answer = cli('doctor', '--name', '', '--data', data);
    assert.equal(answer.status, 1, answer.stdout);
    assert.match(rows(answer)['master key'][3], /bring the key back from your copy/);
  });

  test('says which setting is wrong', () => {
    const answer = cli('doctor', '--drain', 'soon');
    assert.equal(answer.status, 1);
    assert.match(answer.stderr, /--drain must be a duration/);
  });
});

test('systemd is told that the server is ready, goes on, rereads its settings and stops', {
  timeout: 60_000,
}, async () => {
  const path = join(folder, 'notify');
  // Node has no datagram sockets in the file system; Perl, which every Debian has, prints what comes.
  const listener = spawn('perl', [
    '-MIO::Socket::UNIX',
    '-e',
    '$|=1; my $s=IO::Socket::UNIX->new(Type=>SOCK_DGRAM,Local=>$ARGV[0]) or die; print "listening\\n"; while(1){$s->recv(my $m,4096); print "$m\\n"}',
    path,
  ]);
  const said = [];
  let wake = () => {};
  listener.stdout.on('data', text => {
    said.push(...String(text).trim().split('\n'));
    wake();
  });
  const hear = async line => {
    while (!said.includes(line)) await new Promise(resolve => (wake = resolve));
    said.splice(0, said.indexOf(line) + 1);
  };
  try {
    await hear('listening');
    const server = spawn(binary, ['serve', '--data', join(folder, 'notifying'), '--listen', '127.0.0.1:0'], {
      env: { ...process.env, NOTIFY_SOCKET: path, WATCHDOG_USEC: '400000' },
      stdio: 'ignore',
    });
    const ended = new Promise(resolve => server.on('exit', resolve));
    await hear('READY=1');
    for (let i = 0; i < 3; ++i) await hear('WATCHDOG=1');
    server.kill('SIGHUP');
    await hear('RELOADING=1');
    await hear('READY=1');
    server.kill('SIGTERM');
    await hear('STOPPING=1');
    assert.equal(await ended, 0);
  } finally {
    listener.kill();
  }
});

test('the bill of materials is CycloneDX, and names what is loaded and what the pages are built from', async () => {
  const made = spawnSync(process.execPath, [join(root, 'script/bill_of_materials.mjs'), binary], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  const faults = await new Validation.JsonStrictValidator(Spec.Version.v1dot5).validate(made.stdout);
  assert.equal(faults, null, JSON.stringify(faults));
  const names = JSON.parse(made.stdout).components.map(({ name }) => name);
  for (const name of ['libsqlite3-0', 'libssl3', 'libsodium23', 'preact', 'openapi-fetch'])
    assert.ok(names.includes(name), name);
  for (const name of ['vite', 'typescript', 'libgtest-dev']) assert.ok(!names.includes(name), name);
});

test('the unit leaves the service little to attack', () => {
  const asked = spawnSync(
    'systemd-analyze',
    ['security', '--offline=true', '--threshold=13', 'packaging/beckon.service'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  if (asked.error) return; // systemd is not part of every Debian
  assert.equal(asked.status, 0, asked.stdout.trim().split('\n').at(-1));
  assert.match(readFileSync(join(root, 'packaging/beckon.service'), 'utf8'), /^Type=notify$/m);
});
