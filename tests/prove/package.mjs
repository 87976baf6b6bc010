// The Debian package on a bare Debian 12: it installs with what it depends on, the user it makes can run the server with
// what it installed, the playbook passes, data and key outlive its removal and an upgrade, and the server makes no system
// call that the unit would refuse. Needs root and debootstrap; keeps the bare system in /var/tmp.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { root } from '../kit/beckon.mjs';

const run = (program, ...args) => execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const has = program => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const skip =
  process.getuid() !== 0 ? 'only root can make a bare system' : has('debootstrap') ? false : 'debootstrap is not here';
const kBare = '/var/tmp/beckon-debian12';

let system, deb;
/** In the bare system; with mounts of its own, which end with the command. */
const inside = (command, options = {}) =>
  spawnSync(
    'unshare',
    [
      '--mount',
      '--pid',
      '--fork',
      '--kill-child',
      'bash',
      '-c',
      `set -e; mount --make-rprivate /; mount -t proc proc "$1/proc"; mount --rbind /dev "$1/dev"
       exec chroot "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive bash -ec "$2"`,
      'inside',
      system,
      command,
    ],
    { encoding: 'utf8', maxBuffer: 1 << 26, ...options },
  );
const works = command => {
  const { status, stdout, stderr } = inside(command);
  assert.equal(status, 0, `${command}\n${stdout}\n${stderr}`);
  return stdout;
};
const kConfig = '--config /etc/beckon/beckon.toml';
const kAsBeckon = 'setpriv --reuid=beckon --regid=beckon --init-groups --no-new-privs';
/** Serves while the commands run, and checks that it ends well. */
const served = (commands, { serve = '', under = '' } = {}) =>
  works(`
    ${under} ${kAsBeckon} beckon serve ${kConfig} ${serve} >/tmp/out 2>/tmp/log &
    for i in $(seq 300); do grep -q ^ready /tmp/out && break; sleep 0.1; done
    grep -q ^ready /tmp/out || { cat /tmp/log; exit 1; }
    ${commands}
    pkill -TERM -x beckon; wait $!`);

describe('the Debian package', { skip, timeout: 3_600_000 }, () => {
  before(() => {
    deb = run(join(root, 'script/package')).trim();
    if (!existsSync(join(kBare, '.ready'))) {
      rmSync(kBare, { recursive: true, force: true });
      const mirror = run('apt-get', 'indextargets', '--format', '$(REPO_URI) $(CODENAME)', 'Created-By: Packages')
        .split('\n')
        .map(line => line.split(' '))
        .find(([, codename]) => codename === 'bookworm')[0];
      run('debootstrap', '--variant=minbase', '--include=ca-certificates', 'bookworm', kBare, mirror);
      writeFileSync(join(kBare, '.ready'), '');
    }
    system = mkdtempSync(`${kBare}-run-`);
    run('cp', '-a', `${kBare}/.`, system);
    for (const file of ['/etc/resolv.conf', '/etc/hosts', '/etc/ssl/certs/ca-certificates.crt'])
      cpSync(file, join(system, file), { dereference: true });
    run('sh', '-c', `rm -f ${system}/etc/apt/sources.list; cp -r /etc/apt/sources.list* ${system}/etc/apt/`);
    cpSync(deb, join(system, 'tmp', basename(deb)));
    works('apt-get update -qq');
  });
  after(() => system && rmSync(system, { recursive: true, force: true }));

  test('installs with what it depends on, and is well-formed', () => {
    works(`apt-get install -y -qq --no-install-recommends procps /tmp/${basename(deb)}`);
    assert.equal(works('stat -c "%U %G %a" /etc/beckon/master.key').trim(), 'root beckon 640');
    assert.equal(works('stat -c "%U %a" /var/lib/beckon').trim(), 'beckon 700');
    for (const file of ['/lib/systemd/system/beckon.service', '/usr/share/doc/beckon/beckon.cdx.json'])
      assert.ok(existsSync(join(system, file)) || existsSync(join(system, 'usr', file)), file);
    const doctor = inside(`${kAsBeckon} beckon doctor ${kConfig} --name ""`);
    assert.equal(doctor.status, 0, doctor.stdout);
  });

  test('the playbook passes, as the user that it makes and with its settings', () => {
    const table = served(
      `token() { ${kAsBeckon} beckon token --handle demo --role $1 ${kConfig}; }
       beckon playbook --base http://127.0.0.1:8080 --handle demo --operator-token $(token OPERATOR) --creator-token $(token CREATOR)`,
      { serve: '--dev' },
    );
    assert.match(table, /LM-06/);
  });

  test('data and key outlive an upgrade and a removal', () => {
    const key = works('sha256sum /etc/beckon/master.key');
    works(`apt-get install -y -qq --reinstall /tmp/${basename(deb)}`);
    works(`apt-get purge -y -qq beckon && apt-get install -y -qq --no-install-recommends /tmp/${basename(deb)}`);
    assert.equal(works('sha256sum /etc/beckon/master.key'), key);
    served('true', { serve: '--dev' });
  });

  test('makes no system call that the unit refuses', { skip: has('strace') ? false : 'strace is not here' }, () => {
    works('apt-get install -y -qq --no-install-recommends strace systemd');
    served(
      `beckon playbook --base http://127.0.0.1:8080 --handle demo \
        --operator-token $(${kAsBeckon} beckon token --handle demo --role OPERATOR ${kConfig}) \
        --creator-token $(${kAsBeckon} beckon token --handle demo --role CREATOR ${kConfig})`,
      { serve: '--dev', under: 'strace -f -qq -o /tmp/calls' },
    );
    const unit = readFileSync(join(root, 'packaging/beckon.service'), 'utf8');
    const members = group =>
      works(`systemd-analyze syscall-filter ${group}`)
        .split('\n')
        .slice(1)
        .map(line => line.trim())
        .filter(line => line && !line.startsWith('#'))
        .flatMap(name => (name.startsWith('@') ? members(name) : [name]));
    // Each line adds to those that are allowed, or takes away from them.
    const allowed = new Set();
    for (const [, without, names] of unit.matchAll(/^SystemCallFilter=(~?)(.*)$/gm))
      for (const name of names.split(' ').flatMap(one => (one.startsWith('@') ? members(one) : [one])))
        without ? allowed.delete(name) : allowed.add(name);
    // From the moment at which it is beckon: what strace and setpriv do before is theirs.
    const calls = readFileSync(join(system, 'tmp/calls'), 'utf8').split('execve("/usr/bin/beckon"').pop();
    const made = new Set([...calls.matchAll(/^\d+ +([a-z0-9_]+)\(/gm)].map(([, name]) => name));
    assert.ok(made.has('epoll_wait') || made.has('epoll_pwait'), [...made].join(' '));
    assert.deepEqual(
      [...made].filter(name => !allowed.has(name)),
      [],
    );
  });
});
