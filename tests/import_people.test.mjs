// People from a file, as CSV and NDJSON: offline under the server's lock, and through a running server.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Beckon } from './kit/beckon.mjs';

const folder = mkdtempSync(join(tmpdir(), 'beckon-people-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const file = (name, ...lines) => {
  const path = join(folder, name);
  writeFileSync(path, lines.map(line => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));
  return path;
};
const counts = out =>
  Object.fromEntries([...out.matchAll(/^(\w[\w ]*?) {2,}(\d+)$/gm)].map(([, name, count]) => [name, Number(count)]));
const kEmpty = { people: 0, applied: 0, stale: 0, refused: 0, 'not read': 0 };

let beckon, token;
before(async () => {
  beckon = await Beckon.start();
  token = await beckon.token('OPERATOR');
  const born = await beckon.as('OPERATOR', 'PUT', '/traits/born', { type: 'date' });
  assert.equal(born.status, 201, born.text);
});
after(() => beckon?.close());
const run = (path, ...more) =>
  beckon.cli('import', '--people', path, '--handle', 'demo', '--base', beckon.base, '--token', token, ...more);
const traitsOf = async id => {
  const { status, json } = await beckon.as('OPERATOR', 'GET', `/visitors/${encodeURIComponent(id)}`);
  if (status === 404) return null;
  return Object.fromEntries(Object.entries(json.traits).map(([name, one]) => [name, one.value]));
};

describe('through a running server', () => {
  test('CSV: each row is a visitor, each column a trait', async () => {
    const path = file(
      'small.csv',
      'visitorId,plan,seats:number,active:bool,tags:list,born,email',
      'ann@company.example,pro,5,true,a|b,1990-05-01,ann@company.example',
      '"smith, bob",free,,,,,',
    );
    const first = await run(path, '--source', 'crm', '--at', '2026-05-01T10:00:00Z');
    assert.equal(first.code, 0, first.err);
    assert.deepEqual(counts(first.out), { ...kEmpty, people: 2, applied: 7 });
    assert.deepEqual(await traitsOf('ann@company.example'), {
      active: true,
      born: '1990-05-01',
      email: 'a•••@company.example',
      plan: 'pro',
      seats: 5,
      tags: ['a', 'b'],
    });
    assert.deepEqual(await traitsOf('smith, bob'), { plan: 'free' });
    const { json } = await beckon.as('OPERATOR', 'GET', '/visitors/ann@company.example');
    assert.deepEqual([json.traits.plan.source, json.traits.plan.at], ['crm', '2026-05-01T10:00:00Z']);
    // Once more it changes nothing.
    const again = await run(path, '--source', 'crm', '--at', '2026-05-01T10:00:00Z');
    assert.deepEqual(counts(again.out), { ...kEmpty, people: 2, stale: 7 });
  });

  test('NDJSON: each line is as in the batch route, counters and lists among it', async () => {
    const path = file(
      'small.ndjson',
      { visitorId: 'cleo', set: { plan: 'pro' }, at: '2026-05-01T10:00:00Z' },
      { visitorId: 'cleo', add: { orders: 3 }, include: { tags: ['x'] }, id: 'import-1' },
      { visitorId: 'ann@company.example', unset: ['active'] },
    );
    const { code, out, err } = await run(path);
    assert.equal(code, 0, err);
    assert.deepEqual(counts(out), { ...kEmpty, people: 3, applied: 4 });
    assert.deepEqual(await traitsOf('cleo'), { orders: 3, plan: 'pro', tags: ['x'] });
    assert.equal((await traitsOf('ann@company.example')).active, undefined);
    assert.equal(counts((await run(path)).out).applied, 2, 'what is said of now, once more: `include` and `unset`');
    assert.equal((await traitsOf('cleo')).orders, 3);
  });

  test('what is refused is named by its line, and stops nothing else', async () => {
    const path = file(
      'odd.csv',
      'visitorId,seats,born',
      'd-1,many,1990-05-01',
      ',1,',
      'guest,1,',
      'd-4,1',
      'd-5,7,1990-02-30',
      'd-6,8,',
    );
    const { code, out, err } = await run(path);
    assert.equal(code, 1);
    assert.match(err, /^line 2: seats must be a number/m);
    assert.match(err, /^line 3: visitorId is empty$/m);
    assert.match(err, /^line 4: visitorId names nobody/m);
    assert.match(err, /^line 5: has 2 fields, but the header 3$/m);
    assert.match(err, /^line 6: born must be a date/m);
    assert.deepEqual(counts(out), { ...kEmpty, people: 3, applied: 3, refused: 2, 'not read': 3 });
    assert.deepEqual(await traitsOf('d-1'), { born: '1990-05-01' });
    assert.deepEqual(await traitsOf('d-6'), { seats: 8 });
    assert.ok(!err.includes('many'), 'no value is told');
  });

  test('a dry run finds the same, and changes nothing', async () => {
    const path = file(
      'dry.ndjson',
      { visitorId: 'dry-1', set: { seats: 'x', fresh: 1 } },
      { visitorId: 'dry-2', set: { fresh: 'no number' } },
      { visitorId: 'dry-3', add: { orders: 1 } },
      { visitorId: '~browser', set: { plan: 'x' } },
      '{"visitorId":',
      { visitorId: 'dry-6', set: { plan: 'x' }, colour: 'red' },
      { visitorId: 'dry-7', set: { plan: 'x' } },
    );
    const before = await beckon.as('OPERATOR', 'GET', '/traits');
    const { code, out, err } = await run(path, '--dry-run');
    assert.equal(code, 1);
    for (const told of [
      /^line 1: seats must be a number/m,
      /^line 2: fresh must be a number/m,
      /^line 3: orders is added to, which needs an id/m,
      /^line 4: visitorId must be an id that was said/m,
      /^line 5: is no JSON/m,
      /^line 6: colour is an unknown field/m,
    ])
      assert.match(err, told);
    assert.deepEqual(counts(out), { people: 4, correct: 2, refused: 3, 'not read': 3 });
    assert.equal(await traitsOf('dry-7'), null);
    const now = await beckon.as('OPERATOR', 'GET', '/traits');
    assert.deepEqual(now.json.items, before.json.items);
  });

  test('a line that is not UTF-8 is refused alone, of either format, also from a line on and in a dry run', async () => {
    const latin1 = (name, ...lines) => {
      const path = join(folder, name);
      writeFileSync(path, Buffer.from(lines.join('\n'), 'latin1'));
      return path;
    };
    const json = (visitorId, name) => JSON.stringify({ visitorId, set: { name } });
    for (const [as, path] of [
      ['csv', latin1('latin1.csv', 'visitorId,name', 'csv-1,Ann', 'csv-2,Jürgen', 'csv-3,Bo')],
      ['nd', latin1('latin1.ndjson', '', json('nd-1', 'Ann'), json('nd-2', 'Jürgen'), json('nd-3', 'Bo'))],
    ]) {
      const runs = [
        [['--dry-run'], { people: 2, correct: 2, refused: 0, 'not read': 1 }],
        [['--from-line', '3'], { ...kEmpty, people: 1, applied: 1, 'not read': 1 }],
        [[], { ...kEmpty, people: 2, applied: 1, stale: 1, 'not read': 1 }],
      ];
      for (const [more, expected] of runs) {
        const { code, out, err } = await run(path, '--at', '2026-05-01T10:00:00Z', ...more);
        assert.equal(code, 1);
        assert.match(err, /^line 3: is not UTF-8; save the file as UTF-8$/m);
        assert.deepEqual(counts(out), expected, `${path} ${more}`);
      }
      assert.deepEqual(await traitsOf(`${as}-3`), { name: 'Bo' });
      assert.equal(await traitsOf(`${as}-2`), null);
    }
    assert.match((await run(latin1('head.csv', 'visitorId,größe', 'a,1'))).err, /line 1: is not UTF-8; save the file/);
  });

  test('a line that is nested too deeply for a batch is refused alone', async () => {
    const deep = `{"visitorId":"deep-1","set":{"n":${'['.repeat(29)}${']'.repeat(29)}}}`;
    const { out, err } = await run(file('deep.ndjson', deep, { visitorId: 'deep-2', set: { plan: 'x' } }));
    assert.match(err, /^line 1: is nested too deeply$/m);
    assert.deepEqual(counts(out), { ...kEmpty, people: 1, applied: 1, 'not read': 1 });
  });

  test('a file of thousands goes in batches, and can go on from a line', async () => {
    const lines = Array.from({ length: 2_500 }, (_, i) => `m-${i},${i}`);
    const path = file('many.csv', 'visitorId,seats', ...lines);
    const part = await run(path, '--from-line', '2402', '--at', '2026-05-01T10:00:00Z');
    assert.deepEqual(counts(part.out), { ...kEmpty, people: 100, applied: 100 });
    assert.equal(await traitsOf('m-2399'), null);
    assert.deepEqual(await traitsOf('m-2400'), { seats: 2400 });
    const all = await run(path, '--at', '2026-05-01T10:00:00Z');
    assert.deepEqual(counts(all.out), { ...kEmpty, people: 2_500, applied: 2_400, stale: 100 });
    assert.deepEqual(await traitsOf('m-2399'), { seats: 2399 });
  });

  test('a server that goes away in the middle: it says from which line to go on', async t => {
    // In front of the server: it passes two batches on, and then is gone.
    let batches = 0;
    const front = createServer((request, response) => {
      const parts = [];
      request.on('data', part => parts.push(part));
      request.on('end', async () => {
        if (request.method === 'POST' && (batches += 1) > 2) return request.socket.destroy();
        const answer = await fetch(beckon.base + request.url, {
          method: request.method,
          headers: { authorization: request.headers.authorization, 'content-type': 'application/json' },
          ...(request.method === 'POST' ? { body: Buffer.concat(parts) } : {}),
        });
        response.writeHead(answer.status, { 'content-type': 'application/json' });
        response.end(await answer.text());
      });
    });
    await new Promise(done => front.listen(0, '127.0.0.1', done));
    t.after(() => front.close());
    const path = file('gone.csv', 'visitorId,seats', ...Array.from({ length: 300 }, (_, i) => `g-${i},${i}`));
    const base = `http://127.0.0.1:${front.address().port}`;
    const { code, out, err } = await beckon.cli(
      ...['import', '--people', path, '--handle', 'demo', '--base', base, '--token', token],
    );
    assert.equal(code, 1);
    assert.equal(counts(out).people, 200);
    const [, line, at] = /--from-line (\d+) --at (\S+)/.exec(err);
    assert.equal(line, '202');
    assert.equal(await traitsOf('g-200'), null);
    const rest = await run(path, '--from-line', line, '--at', at);
    assert.deepEqual(counts(rest.out), { ...kEmpty, people: 100, applied: 100 });
  });

  test('it takes an OPERATOR, a file that is one, and flags that fit', async () => {
    const path = file('one.csv', 'visitorId,plan', 'x,y');
    const as = async role =>
      beckon.cli(
        'import',
        '--people',
        path,
        '--handle',
        'demo',
        '--base',
        beckon.base,
        '--token',
        await beckon.token(role),
      );
    assert.match((await as('CREATOR')).err, /403.*insufficient_role/);
    assert.match((await run(join(folder, 'nothing.csv'))).err, /cannot be read/);
    assert.match((await run(file('empty.csv', ''))).err, /the file is empty/);
    const header = await run(file('header.csv', 'id,seats:text,since:instant', '1,2,3'));
    assert.match(header.err, /column seats is a trait of type number/);
    assert.match(header.err, /column since must be declared first/);
    assert.match(header.err, /column visitorId is missing/);
    assert.match((await run(path, '--at', 'yesterday')).err, /--at must be an RFC 3339 time/);
    assert.match((await run(path, '--source', 'No Name')).err, /--source must be a name/);
    assert.match((await run(path, path)).err, /FILE excludes --people/);
    assert.match((await beckon.cli('import', '--handle', 'demo')).err, /FILE, or --people with a file, is required/);
  });
});

test('offline, it is there when the server starts', async () => {
  const path = file('offline.csv', 'visitorId,plan,seats', 'off-1,pro,3', 'off-2,free,x', 'guest,pro,1');
  const offline = (...more) =>
    beckon.cli('import', '--people', path, '--handle', 'demo', '--data', beckon.data, ...more);
  const beside = await offline();
  assert.equal(beside.code, 1);
  assert.match(beside.err, /another|server/i);
  await beckon.stop();
  assert.deepEqual(counts((await offline('--dry-run')).out), { people: 2, correct: 3, refused: 1, 'not read': 1 });
  const { code, out, err } = await offline();
  assert.equal(code, 1);
  assert.match(err, /^line 3: seats must be a number/m);
  assert.match(err, /^line 4: visitorId names nobody/m);
  assert.deepEqual(counts(out), { ...kEmpty, people: 2, applied: 3, refused: 1, 'not read': 1 });
  await beckon.open();
  beckon.forgetTokens();
  assert.deepEqual(await traitsOf('off-1'), { plan: 'pro', seats: 3 });
  assert.deepEqual(await traitsOf('off-2'), { plan: 'free' });
});
