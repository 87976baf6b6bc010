// node tests/walls.test.mjs: holds the includes under src/ against the two tables of ARCHITECTURE.md, and prints the
// rooms with their lines and arrows. Needs Node alone: no build, no package.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const map = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');

/** The rows of the table whose head begins with `head`, each a list of cells without backticks. */
function table(head) {
  const lines = map.split('\n');
  const at = lines.findIndex(line => line.startsWith(`| ${head}`));
  assert.ok(at >= 0, `ARCHITECTURE.md has no table that begins with "${head}"`);
  const rest = lines.slice(at + 2);
  return rest
    .slice(
      0,
      rest.findIndex(line => !line.startsWith('|')),
    )
    .map(line =>
      line
        .split('|')
        .slice(1, -1)
        .map(cell => cell.replaceAll('`', '').trim()),
    );
}
const list = cell => cell.split(/,\s*/).filter(Boolean);

const rooms = new Map(
  table('folder in `src/`').map(([name, sentence, may]) => [
    name,
    { forTests: /\btests only\b/.test(sentence), may: list(may), lines: 0, includes: new Map() },
  ]),
);
const libraries = table('library').map(([, headers, where]) => ({ headers: list(headers), where: list(where) }));

/** What a room may include: names of rooms, "X and what it includes", "everything but rooms for tests only", "libraries". */
function allowed(name, seen = new Set()) {
  assert.ok(rooms.has(name), `the table names ${name}, which has no row`);
  assert.ok(!seen.has(name), `the table runs in a circle: ${[...seen, name].join(' → ')}`);
  const result = new Set();
  for (const word of rooms.get(name).may) {
    const [room, below] = word.split(' and what it includes');
    if (room === 'everything but rooms for tests only')
      for (const [other, { forTests }] of rooms) {
        if (other !== name && !forTests) result.add(other);
      }
    else if (room !== 'libraries') {
      result.add(room);
      if (below !== undefined) for (const other of allowed(room, new Set([...seen, name]))) result.add(other);
    }
  }
  return result;
}

/** The room of a path below src/: the longest row that it lies under. */
function roomOf(path) {
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) if (rooms.has(folder)) return folder;
  return undefined;
}

const paths = readdirSync(join(root, 'src'), { recursive: true }).sort();
const files = paths
  .filter(path => /\.(cc|h)$/.test(path))
  .map(path => {
    const text = readFileSync(join(root, 'src', path), 'utf8');
    const named = pattern => [...text.matchAll(pattern)].map(match => match[1]);
    return {
      path,
      room: roomOf(path),
      lines: text.split('\n').length - 1,
      own: named(/^\s*#\s*include\s+"([^"]+)"/gm),
      foreign: named(/^\s*#\s*include\s+<([^>]+)>/gm),
    };
  });
const usesGoogleTest = file => file.foreign.some(header => /^(gtest|gmock)\//.test(header));
const isTest = file =>
  /_test\.(cc|h)$|(^|\/)(testing|conformance)\//.test(file.path) ||
  /^test(ing)?[_.]/.test(basename(file.path)) ||
  usesGoogleTest(file) ||
  rooms.get(file.room)?.forTests;
const tests = new Set(files.filter(isTest).map(file => file.path));
// A header that tests alone include is a fixture, wherever it lies.
for (let before = -1; before !== tests.size; ) {
  before = tests.size;
  for (const { path } of files) {
    const users = files.filter(file => file.own.includes(path));
    if (path.endsWith('.h') && users.length && users.every(file => tests.has(file.path))) tests.add(path);
  }
}
const production = files.filter(file => !tests.has(file.path));
for (const file of production) {
  const room = rooms.get(file.room);
  if (!room) continue;
  room.lines += file.lines;
  for (const header of file.own) {
    const other = roomOf(header);
    if (other && other !== file.room)
      room.includes.set(other, [...(room.includes.get(other) ?? []), `${file.path} includes ${header}`]);
  }
}
const total = [...rooms.values()].reduce((sum, room) => sum + room.lines, 0);

test('every file lies in a room, and every room is a folder with a library of its own', () => {
  assert.deepEqual(
    files.filter(file => !file.room).map(file => file.path),
    [],
  );
  const built = paths
    .filter(path => basename(path) === 'CMakeLists.txt')
    .map(path => dirname(path))
    .filter(folder => folder !== '.');
  assert.deepEqual([...rooms.keys()].sort(), built.sort());
});

test('every include names a file that is there', () => {
  for (const { path, own } of files)
    for (const header of own) assert.ok(existsSync(join(root, 'src', header)), `${path}: ${header}`);
});

test('every file that the map names is there', () => {
  const built = /^(console|sdk)\/dist\b/;
  const names = [
    ...map.replace(/^\| library [\s\S]*?\n\n/m, '').matchAll(/`([a-z_]+(?:\/[a-z0-9_]+)+(?:\.[a-z.]+)?)`/g),
  ];
  const wrong = names
    .map(match => match[1])
    .filter(name => !built.test(name))
    .filter(name => !['', '.h', '.cc'].some(end => ['', 'src'].some(at => existsSync(join(root, at, name + end)))));
  assert.deepEqual(wrong, []);
});

test('rooms include only what the table lets them', () => {
  const wrong = [];
  for (const [name, room] of rooms) {
    const may = allowed(name);
    for (const [other, reasons] of room.includes)
      if (!may.has(other)) wrong.push(`${name} → ${other}: ${reasons[0]} (${reasons.length})`);
  }
  assert.deepEqual(wrong, []);
});

/** The first circle of `arrows(name)` over all rooms, as a list of names. */
function circle(arrows) {
  const done = new Set();
  const visit = (name, way) => {
    if (way.includes(name)) return [...way.slice(way.indexOf(name)), name];
    if (done.has(name)) return undefined;
    for (const other of arrows(name)) {
      const found = visit(other, [...way, name]);
      if (found) return found;
    }
    done.add(name);
    return undefined;
  };
  for (const name of rooms.keys()) {
    const found = visit(name, []);
    if (found) return found.join(' → ');
  }
  return undefined;
}

test('neither the table nor the includes run in a circle', () => {
  assert.equal(
    circle(name => allowed(name)),
    undefined,
  );
  assert.equal(
    circle(name => rooms.get(name).includes.keys()),
    undefined,
  );
});

test('what is released includes nothing of the tests', () => {
  const wrong = production.flatMap(file =>
    file.own.filter(header => tests.has(header)).map(header => `${file.path} includes ${header}`),
  );
  assert.deepEqual(wrong, []);
});

test('no room has more than a tenth of all lines, except the rules and the routes', () => {
  const free = name => /^rules(\/|$)|^http\/routes$/.test(name);
  const wrong = [...rooms]
    .filter(([name, { lines }]) => !free(name) && lines > total / 10)
    .map(([name, { lines }]) => `${name}: ${lines} of ${total} lines`);
  assert.deepEqual(wrong, []);
});

test('each third party stays where the table says', () => {
  const system =
    /^(sys|netinet|arpa|net|linux)\/|^[a-z0-9_]+$|^(unistd|fcntl|poll|netdb|signal|errno|ifaddrs|termios|pthread|malloc|dlfcn|sched)\.h$/;
  const wrong = [];
  for (const file of production)
    for (const header of file.foreign) {
      if (system.test(header)) continue;
      // The most particular row counts: openssl/ssl.h before openssl/.
      const fits = libraries.flatMap(({ headers, where }) =>
        headers.filter(start => header.startsWith(start)).map(start => ({ start, where })),
      );
      const row = fits.sort((a, b) => b.start.length - a.start.length)[0];
      if (!row) wrong.push(`${file.path} includes <${header}>, of which the table says nothing`);
      else if (!row.where.includes(file.room))
        wrong.push(`${file.path} includes <${header}>, which stays in ${row.where.join(', ')}`);
    }
  assert.deepEqual(wrong, []);
});

const width = Math.max(...[...rooms.keys()].map(name => name.length));
console.log(`${total} lines in ${[...rooms.values()].filter(room => !room.forTests).length} rooms, without tests:`);
for (const [name, { forTests, lines, includes }] of rooms)
  if (!forTests)
    console.log(
      `${name.padEnd(width)} ${String(lines).padStart(6)} ${((100 * lines) / total).toFixed(1).padStart(5)} %  → ${[...includes.keys()].sort().join(', ') || 'none'}`,
    );
