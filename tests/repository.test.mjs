// What the repository promises of itself.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './kit/beckon.mjs';

const read = path => readFileSync(join(root, path), 'utf8');
const dotted = address => address.split('.').reduce((sum, part) => sum * 256 + +part, 0);
/** The number in the last 32 bits of 64:ff9b::b:a, 64:ff9b::a or 64:ff9b:: */
const lastFour = address => {
  const [low = '0', high = '0'] = address.slice('64:ff9b::'.length).split(':').filter(Boolean).reverse();
  return parseInt(high, 16) * 65536 + parseInt(low, 16);
};
const ranges = text => new Set(text.match(/[0-9a-f:.]+\/\d+/g));

test('the unit’s address filter is the guard’s table', () => {
  const unit = read('packaging/beckon.service');
  const told = name => ranges([...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(match => match[1]).join(' '));
  const safe = read('src/egress/address_table.cc');
  const tableOf = name =>
    ranges(new RegExp(`${name}\\(\\) \\{\\s*static const auto kRanges = ranges\\(([^;]*)\\);`).exec(safe)?.[1] ?? '');
  const denied = new Set([...tableOf('denied_v4'), '127.0.0.0/8', '::/0']);
  for (const range of denied) assert.ok(told('IPAddressDeny').has(range), `IPAddressDeny=${range}`);
  const [translated, native] = [true, false].map(is =>
    [...told('IPAddressAllow')].filter(range => range.startsWith('64:ff9b::') === is),
  );
  assert.deepEqual(native.sort(), [...tableOf('admitted_v6')].sort());
  // Of 64:ff9b::/96, every IPv4 address is either denied or admitted, as the address inside is.
  const nat64 = translated.map(range => ({ first: lastFour(range.split('/')[0]), bits: range.split('/')[1] - 96 }));
  const v4 = [...tableOf('denied_v4')].map(range => ({
    first: dotted(range.split('/')[0]),
    bits: +range.split('/')[1],
  }));
  let next = 0;
  for (const { first, bits } of [...nat64, ...v4].sort((a, b) => a.first - b.first)) {
    assert.equal(first, next);
    next = first + 2 ** (32 - bits);
  }
  assert.equal(next, 2 ** 32);
});

test('the documents list every sentence of a failed attempt, with its outcome', () => {
  const rows = [...read('src/egress/trouble.cc').matchAll(/return \{Outcome::k(\w+),\s*((?:"[^"]*"\s*)+)\}/g)];
  const said = rows
    .map(([, outcome, text]) => [outcome.toLowerCase(), [...text.matchAll(/"([^"]*)"/g)].map(part => part[1]).join('')])
    .filter(([, text]) => text !== '');
  const listed = [...read('docs/deliveries.md').matchAll(/^\| `(\w+)` \| (.*) \|$/gm)].map(row => row.slice(1));
  assert.ok(said.length > 30);
  assert.deepEqual(listed, said);
});

const lockFiles = execFileSync('git', ['ls-files', '*package-lock.json'], { cwd: root, encoding: 'utf8' })
  .trim()
  .split('\n');
const locked = path => JSON.parse(read(path)).packages;

test('lock files name no package host, and every package by its hash', () => {
  for (const path of lockFiles)
    for (const [name, entry] of Object.entries(locked(path)))
      if (name && !entry.inBundle) {
        // a bundled one is inside its owner's archive, under its hash
        assert.ok(!('resolved' in entry), `${path}: ${name}`);
        assert.match(entry.integrity, /^sha512-/, `${path}: ${name}`);
      }
});

// `npm ci` of npm 9 installs what a lock file has, that of npm 11 refuses one that lacks a package of another platform.
test('lock files are complete: each dependency, of any platform, has its entry', () => {
  for (const path of lockFiles) {
    const packages = locked(path);
    const foundFrom = (folder, dependency) => {
      for (let at = folder; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
        if (packages[`${at && `${at}/`}node_modules/${dependency}`]) return true;
        if (!at) return false;
      }
    };
    for (const [folder, entry] of Object.entries(packages)) {
      const peers = Object.keys(entry.peerDependencies ?? {}).filter(
        peer => !entry.peerDependenciesMeta?.[peer]?.optional,
      );
      for (const dependency of [
        ...Object.keys({
          ...entry.dependencies,
          ...entry.optionalDependencies,
          ...(folder ? {} : entry.devDependencies),
        }),
        ...peers,
      ])
        assert.ok(foundFrom(folder, dependency), `${path}: ${folder || 'the project'} wants ${dependency}`);
    }
  }
});

test('every package of the lists is named once', () => {
  const names = read('script/packages')
    .split('\n')
    .filter(line => line && !line.startsWith('#'))
    .flatMap(line => line.split(/\s+/).slice(1));
  assert.equal(new Set(names).size, names.length);
});

test('script/test runs every program of unit tests, with sanitizers or as released', () => {
  const built = globSync('src/**/CMakeLists.txt', { cwd: root }).flatMap(file =>
    [...read(file).matchAll(/add_executable\((\w+_test)\b|beckon_room\((\w+)[^)]*\bTESTS\b/g)].map(
      ([, program, room]) => program ?? `${room}_test`,
    ),
  );
  const runs = [...read('script/test').matchAll(/^(?:optimized|sanitized)=\(([^)]*)\)/gm)].flatMap(([, names]) =>
    names.trim().split(/\s+/),
  );
  assert.ok(built.length > 20, built.join());
  assert.deepEqual([...new Set(runs)].sort(), [...new Set(built)].sort());
});

test('scripts are executable and parse', () => {
  for (const name of ['bootstrap', 'build', 'server', 'test', 'prove', 'bench', 'sdk', 'format'])
    execFileSync('bash', ['-n', join(root, 'script', name)]);
  const modes = execFileSync('git', ['ls-files', '-s', 'script', '.ci'], { cwd: root, encoding: 'utf8' });
  for (const name of [
    'script/bootstrap',
    'script/build',
    'script/server',
    'script/test',
    'script/prove',
    'script/bench',
    'script/sdk',
    'script/format',
    '.ci/run',
  ])
    assert.match(modes, new RegExp(`^100755 .*\\t${name}$`, 'm'));
});

test('no line of the console is longer than 120 columns, strings excepted', () => {
  const long = execFileSync('git', ['ls-files', 'console'], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter(path => /\.(ts|tsx|mjs|js|css|html)$/.test(path))
    .flatMap(path => {
      const withoutStrings = line =>
        /^\s*\/\//.test(line) ? line : line.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`?/g, "''");
      const lines = read(path).split('\n');
      return lines.map((line, index) => [`${path}:${index + 1}`, [...withoutStrings(line)].length]);
    })
    .filter(([, columns]) => columns > 120);
  assert.deepEqual(long, []);
});
