// The release of the machine's time zone database: where it is named, and how it is kept up to date.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Beckon, root } from './kit/beckon.mjs';
import { tzdata, tzdataIsOutdated } from './kit/tzdata.mjs';

describe('the release of the time zone database', () => {
  let beckon;
  before(async () => {
    beckon = await Beckon.start();
  });
  after(async () => {
    await beckon?.close();
  });
  const save = (id, active) =>
    beckon.as('CREATOR', 'PUT', `/chain-rules/${id}`, {
      triggers: ['t'],
      when: { all: [{ seen: { key: id } }] },
      action: { type: 'x' },
      active,
    });

  test('is named by health and ready', async () => {
    for (const what of ['health', 'ready'])
      assert.equal((await beckon.call('GET', `/v2/system/${what}`)).json.tzdata, tzdata());
  });

  test('is a metric', async () => {
    const { text } = await beckon.call('GET', '/metrics');
    assert.equal(/^beckon_tzdata_info\{version="(.*)"\} 1$/m.exec(text)?.[1], tzdata());
  });

  test('is kept with each version of the rules, and with a rollback', async () => {
    await save('kept', undefined);
    await save('kept', { days: ['sun'] });
    await beckon.as('CREATOR', 'DELETE', '/chain-rules/kept');
    await beckon.as('CREATOR', 'POST', '/chain-rules/rollback', { version: 1 });
    const { items } = (await beckon.as('CREATOR', 'GET', '/chain-rules/versions')).json;
    assert.deepEqual(
      items.map(one => [one.version, one.tzdata]),
      [4, 3, 2, 1].map(version => [version, tzdata()]),
    );
  });

  test('draws a warning where it is outdated and a rule names a zone', async () => {
    const kinds = async active => (await save('zoned', active)).json.warnings.map(({ kind }) => kind);
    const expected = tzdataIsOutdated() ? ['outdated_time_zone'] : [];
    assert.deepEqual(await kinds({ hours: '07:30-21:00', zone: 'America/Havana' }), expected);
    assert.deepEqual(await kinds({ hours: '07:30-21:00' }), []);
  });
});

// script/bootstrap in a folder of its own, with commands of Debian that only write down how they were called, on a
// machine on which everything is installed.
describe('script/bootstrap', () => {
  const folder = mkdtempSync(join(tmpdir(), 'beckon-bootstrap-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const inside = name => join(folder, name);
  const command = (name, script) => {
    writeFileSync(inside(`bin/${name}`), `#!/bin/bash\n${script}\n`);
    chmodSync(inside(`bin/${name}`), 0o755);
  };
  before(() => {
    for (const name of ['bin', 'script', 'src/base']) mkdirSync(inside(name), { recursive: true });
    for (const name of ['bootstrap', 'lib', 'packages'])
      copyFileSync(join(root, 'script', name), inside(`script/${name}`));
    const packages = readFileSync(join(root, 'script/packages'), 'utf8')
      .match(/^[^#].*$/gm)
      .flatMap(line => line.split(' '));
    command('dpkg-query', packages.map(name => `echo "ii  ${name}"`).join('\n'));
    command('sudo', 'exec "$@"');
    command('apt-get', `echo "$*" >>${inside('called')}`);
  });
  const calls = newest => {
    const header = readFileSync(join(root, 'src/base/zone.h'), 'utf8');
    writeFileSync(inside('src/base/zone.h'), header.replace(/(kNewestZoneVersion = )"\w+"/, `$1"${newest}"`));
    rmSync(inside('called'), { force: true });
    const env = { ...process.env, PATH: `${inside('bin')}:${process.env.PATH}` };
    const { status, stderr } = spawnSync(inside('script/bootstrap'), ['--for', 'build'], { env, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return existsSync(inside('called')) ? readFileSync(inside('called'), 'utf8').trim().split('\n') : [];
  };

  test('leaves tzdata alone where it is new enough', () => assert.deepEqual(calls('1999z'), []));
  test('upgrades tzdata and nothing else where it is outdated, once a day', () => {
    assert.deepEqual(calls('2999a'), ['update -qq', 'install -y -qq --only-upgrade tzdata']);
    assert.deepEqual(calls('2999a'), []);
  });
  test('goes on where that fails', () => {
    rmSync(inside('.cache/tzdata-tried'));
    command('apt-get', 'exit 100');
    assert.deepEqual(calls('2999a'), []);
  });
});
