// P10: damage is found, named and contained. Bytes of the data file are flipped, or it is cut short, while the server is down.
// It then starts and serves all that is whole, or refuses to start and says why: never a crash, and never a signal that was
// not sent.
//
// PROVE_DAMAGE: how many times a place is damaged at random (24). PROVE_SEED: where.
import assert from 'node:assert/strict';
import {
  cpSync,
  openSync,
  closeSync,
  mkdtempSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Beckon, freshAddress } from '../kit/beckon.mjs';
import { random } from '../kit/faulty_disk.mjs';

const times = Number(process.env.PROVE_DAMAGE ?? 24);
const seed = Number(process.env.PROVE_SEED ?? 1);
const sessions = Array.from({ length: 40 }, (_, i) => `whole-${i}`);
const sent = id =>
  Array.from({ length: 5 }, (_, i) => ({ type: 'view', signalValue: `${id} ${i} ${'x'.repeat(200)}` }));

let beckon, whole;
before(async () => {
  beckon = await Beckon.start();
  for (const sessionId of sessions) {
    const answer = await beckon.chain('signals', { sessionId, signals: sent(sessionId) }, { from: freshAddress() });
    assert.equal(answer.status, 202, answer.text);
  }
  await beckon.token('CREATOR');
  await beckon.stop();
  whole = join(mkdtempSync(join(tmpdir(), 'beckon-whole-')), 'data');
  cpSync(beckon.data, whole, { recursive: true });
});
after(async () => {
  rmSync(join(whole, '..'), { recursive: true, force: true });
  beckon.asked = true;
  await beckon.close();
}); // how each start ended is judged in its test

const restore = () => {
  rmSync(beckon.data, { recursive: true });
  cpSync(whole, beckon.data, { recursive: true });
};
const file = () => join(beckon.data, 'beckon.db');
// Either { refused: what it said } or { there: sessions that are whole, named: lines of the log that name damage }.
async function start() {
  try {
    await beckon.open();
  } catch (error) {
    assert.match(error.message, /the server ended \([13]\) before it was ready/, 'it refuses, it does not crash');
    assert.match(
      error.message,
      /beckon: (The data file .*(damaged|is not a Beckon data file)|Part of the stored data is damaged|The secrets|The master key|the storage has failed).*\./,
      'and says why in a sentence',
    );
    return { refused: error.message };
  }
  let there = 0,
    failing = 0;
  for (const id of sessions) {
    const { status, json, text } = await beckon.as('CREATOR', 'GET', `/chain/${id}`);
    assert.ok([200, 404, 500, 401].includes(status), `${status} ${text}`);
    if (status >= 500) failing += 1;
    if (status !== 200) continue;
    const values = sent(id).map(({ signalValue }) => signalValue);
    for (const { signalValue } of json.signals)
      assert.ok(values.includes(signalValue), `nothing is told that was never sent: ${signalValue}`);
    if (json.signals.length === values.length) there += 1;
  }
  const named = beckon.log.split('\n').filter(line => /"level":"error"/.test(line));
  const { code, signal } = await beckon.stop();
  assert.equal(signal, null, `it does not crash: ${beckon.log.slice(-1000)}`);
  if (code !== 0) assert.match(beckon.log, /beckon: .*\./);
  return { there, failing, named };
}

function flip(at, bits = 1) {
  const fd = openSync(file(), 'r+');
  const byte = Buffer.alloc(1);
  readSync(fd, byte, 0, 1, at);
  byte[0] ^= bits;
  writeSync(fd, byte, 0, 1, at);
  closeSync(fd);
}
// Where these bytes stand in the data file.
const place = text => {
  const at = readFileSync(file()).indexOf(text);
  assert.ok(at > 0, `${text} is in the data file`);
  return at;
};

test('without damage everything is there', async () => {
  restore();
  assert.deepEqual(await start(), { there: sessions.length, failing: 0, named: [] });
});

test('one flipped bit in the journal costs the signals of its commit, and is named', async () => {
  restore();
  rmSync(`${file()}-wal`, { force: true });
  flip(place('whole-7 3 x'));
  const { refused, there, named } = await start();
  assert.equal(refused, undefined);
  assert.equal(there, sessions.length - 1);
  assert.equal(named.length, 1);
  const line = JSON.parse(named[0]);
  assert.deepEqual(
    [line.level, line.event, line.what, line.consequence],
    ['error', 'journal_damage', 'checksum', 'the signals of this commit are skipped'],
  );
  assert.ok(line.position > 0);
});

test('a file cut short, or with a damaged beginning, is refused by name, and recovers with the backup', async () => {
  for (const [name, damage] of [
    ['half of it', () => truncateSync(file(), Math.floor(statSync(file()).size / 2))],
    ['50 bytes', () => truncateSync(file(), 50)],
    ['nothing', () => truncateSync(file(), 0)],
    ['other first bytes', () => flip(3, 255)],
  ]) {
    restore();
    rmSync(`${file()}-wal`, { force: true });
    damage();
    const { refused } = await start();
    assert.match(
      refused ?? 'it started',
      /beckon: The data file \S+beckon\.db is (damaged or truncated; restore a backup|not a Beckon data file, or its first bytes are damaged)\./,
      name,
    );
    restore();
    assert.equal((await start()).there, sessions.length, `${name}: with the backup all is there`);
  }
});

test(`a kilobyte damaged anywhere, ${times} times: served in part or refused, never a crash nor a lie`, {
  timeout: 60_000 + times * 10_000,
}, async t => {
  const next = random(seed);
  const counts = { refused: 0, served: 0, whole: 0, part: 0 };
  for (let i = 0; i < times; i++) {
    restore();
    rmSync(`${file()}-wal`, { force: true });
    const { size } = statSync(file());
    const at = Math.floor(next() * (size - 1024));
    const bytes = Buffer.from(Array.from({ length: 1024 }, () => Math.floor(next() * 256)));
    const fd = openSync(file(), 'r+');
    writeSync(fd, bytes, 0, bytes.length, at);
    closeSync(fd);
    try {
      const { refused, there, failing, named } = await start();
      if (refused) {
        counts.refused += 1;
        continue;
      }
      counts.served += 1;
      if (there === sessions.length) counts.whole += 1;
      else {
        counts.part += 1;
        assert.ok(named.length > 0 || failing > 0, `what is missing is named (${there} of ${sessions.length})`);
      }
    } catch (error) {
      error.message = `seed ${seed}, time ${i}, at ${at} of ${size}: ${error.message}`;
      throw error;
    }
  }
  t.diagnostic(
    `${times} times: ${counts.refused} refused with the reason; ${counts.served} served, ${counts.whole} of them whole and ${counts.part} in part, with what is missing named in the log`,
  );
});
