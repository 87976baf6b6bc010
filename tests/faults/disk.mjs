// P1 to P4, P8, P9: a scripted run on a disk that fails at its N-th sync or write, for N after N from the very first start.
// Whatever happened, each step is there whole or not at all, what was answered is there, the run can be gone on with, and
// it ends as one without a fault.
//
// PROVE_FAULTS: of each kind, how many N are tried, evenly (4); more than there are: every one. PROVE_SEED: of what is torn.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { Beckon, quickRetries } from '../kit/beckon.mjs';
import { FaultyDisk, random } from '../kit/faulty_disk.mjs';
import { Refused, Story } from '../kit/story.mjs';
import { silent, until } from '../kit/wait.mjs';

const tries = Number(process.env.PROVE_FAULTS ?? 4);
const seed = Number(process.env.PROVE_SEED ?? 1);
const atOnce = 4;

const kinds = [
  { name: 'dies before its N-th sync', op: 'sync', how: 'die before' },
  { name: 'dies behind its N-th sync', op: 'sync', how: 'die behind' },
  { name: 'loses its power at its N-th sync', op: 'sync', how: 'die before', loses: true },
  {
    name: 'loses its power behind its N-th sync, and writes are torn',
    op: 'sync',
    how: 'die behind',
    loses: true,
    torn: true,
  },
  { name: 'is told EIO by its N-th sync', op: 'sync', how: 'EIO' },
  { name: 'is told EIO by its N-th sync and all behind it', op: 'sync', how: 'EIO', on: true },
  { name: 'is told ENOSPC by its N-th sync', op: 'sync', how: 'ENOSPC' },
  { name: 'is told ENOSPC by its N-th sync and all behind it', op: 'sync', how: 'ENOSPC', on: true },
  { name: 'is told EIO by its N-th write', op: 'write', how: 'EIO' },
  { name: 'is told ENOSPC by its N-th write', op: 'write', how: 'ENOSPC' },
  { name: 'is told ENOSPC by its N-th write and all behind it', op: 'write', how: 'ENOSPC', on: true },
];

// What is there behind each step, and how many syncs and writes there are in all, from a run without a fault.
let clean;
before(async () => {
  clean = { states: [], ...(await play({}, 0)) };
});

// One run. `counts` says what was met.
async function play(kind, n, counts = {}) {
  const count = what => {
    counts[what] = (counts[what] ?? 0) + 1;
  };
  const disk = new FaultyDisk({ loses: kind.loses });
  const story = await Story.begin();
  let server;
  const start = async () => {
    server = story.server = await Beckon.start({ flags: ['--dev', ...quickRetries], data: disk.data, under: disk.env });
  };
  const states = [];
  // What comes by itself is waited for, and comes once there is room.
  let waits = false;
  const room = setInterval(() => {
    if (waits && kind.how === 'ENOSPC' && disk.met > 2) disk.mend();
  }, 100);
  try {
    if (n > 0) disk.fail(kind.op, n, kind.how, kind);
    try {
      await start();
    } catch (error) {
      assert.ok(disk.met > 0 && n > 0, error.message);
      assert.match(
        error.message,
        kind.how.startsWith('die') ? /\(SIGKILL\)/ : /\([1-9]\d*\) before it was ready: .*\w\.|\(3\)/s,
        'it says why it does not start',
      );
      count('starts failed');
      await recover();
    }
    const asked = story.steps.length - 1;
    const steps = [
      ...story.steps,
      [
        'everything owed ends',
        async () => {
          story.repeats = await story.accountedFor();
        },
      ],
      [
        'it ends as a run without a fault',
        async () => {
          if (n > 0) assert.deepEqual(await story.state(), clean.states.at(-1));
        },
      ],
    ];
    for (const [k, [name, step]] of steps.entries()) {
      waits = k >= asked;
      try {
        await step();
      } catch (error) {
        await met(error, k, name);
        story.again = true;
        await until(`${name}, again`, () =>
          step().then(
            () => true,
            error => {
              if (error instanceof Refused) return false;
              throw error;
            },
          ),
        );
        story.again = false;
      }
      if (n === 0) states.push(await story.state());
    }
    if (disk.met > 0) count('met');
    else count('not reached');
    counts.repeats = (counts.repeats ?? 0) + story.repeats;
    disk.mend();
    const { syncs, writes } = disk;
    const { code } = await server.stop();
    if (code !== 0) {
      // met behind the last step
      assert.ok(disk.met > 0, server.log.slice(-1000));
      await recover();
      assert.deepEqual(await story.state(), clean.states.at(-1));
    }
    return { states, syncs, writes };
  } catch (error) {
    error.message = `N = ${n}: ${error.message}; ${server?.log.slice(-1500)}`;
    throw error;
  } finally {
    clearInterval(room);
    if (server) {
      server.asked = true;
      await server.close();
    } // how it ended is judged above
    await story.close();
    disk.close();
  }

  // A step was not answered, or refused as 503: is there what must be, and nothing else?
  async function met(error, k, name) {
    assert.ok(disk.met > 0, `${name}: ${error.message}`);
    const states = [k > 0 ? clean.states[k - 1] : null, clean.states[k]];
    const refused = error instanceof Refused;
    if (refused) {
      assert.equal(kind.how, 'ENOSPC', error.message);
      // Where a sync failed behind the commits, as it copied the WAL, the server refuses what comes until it has stopped.
      const there = await story.state().catch(() => null);
      if (there) {
        if (k > 0) assert.deepEqual(there, states[0], `${name}: it was refused, and reads go on`);
        count('refused');
        disk.mend();
        return;
      }
    }
    const ended = await until(
      'the server has ended',
      () => (server.child.exitCode ?? server.child.signalCode) !== null,
    ).catch(() => false);
    if (!ended) throw error;
    const { code, signal } = await server.exited;
    if (kind.how.startsWith('die')) assert.equal(signal, 'SIGKILL');
    else assert.ok(code > 0, `it stops and says so: ${code ?? signal}`);
    await recover();
    if (k === 0) return;
    const there = await story.state();
    const whole = !refused && equal(there, states[1]);
    count(whole ? 'steps whole' : 'steps not at all');
    if (!whole) assert.deepEqual(there, states[0], `${name}: whole or not at all`);
  }

  async function anotherLife() {
    await silent(story.hooks);
    story.life += 1;
  }

  // The disk goes on failing: either it does not start, or the first thing that is to be kept ends it, unanswered.
  async function failsAgain() {
    try {
      await (server ? server.open() : start());
    } catch (error) {
      return assert.match(error.message, /before it was ready/);
    }
    await assert.rejects(server.signal('s-0', { type: 'lost' }));
    assert.ok((await server.exited).code > 0);
  }

  async function recover() {
    await anotherLife();
    if (kind.on) {
      await failsAgain();
      await anotherLife();
    }
    if (kind.loses) disk.lose(kind.torn && random(seed * 1000 + n));
    disk.mend();
    if (server) await server.open();
    else await start();
  }
}

function equal(a, b) {
  try {
    assert.deepEqual(a, b);
    return true;
  } catch {
    return false;
  }
}

describe('a process that', { concurrency: false }, () => {
  for (const [i, kind] of kinds.entries())
    test(kind.name, { timeout: 60_000 + Math.min(tries, 1000) * 10_000 }, async t => {
      const all = clean[`${kind.op}s`];
      const stride = Math.max(1, all / tries);
      const numbers = Array.from(
        { length: Math.min(tries, all) },
        (_, place) => Math.floor(place * stride + (i / kinds.length) * stride) + 1,
      );
      const counts = {};
      const next = numbers.values();
      const failed = [];
      await Promise.all(
        Array.from({ length: atOnce }, async () => {
          for (const n of next) await play(kind, n, counts).catch(error => failed.push(error));
        }),
      );
      if (failed.length > 0) throw new AggregateError(failed, failed.map(({ message }) => message).join('\n'));
      assert.ok(counts.met > 0, 'the fault was met');
      t.diagnostic(
        `of ${all}: ${Object.entries(counts)
          .map(([what, count]) => `${what} ${count}`)
          .join(', ')}`,
      );
    });
});
