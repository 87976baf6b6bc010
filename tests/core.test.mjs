// The pure core: what it needs, and that it decides as the server does. tests/prove/core.mjs plays more cases.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coreLibraries, coreNeeds, playCases } from './kit/core_cases.mjs';

test('the core links the C++ runtime and the JSON parser alone', async () => {
  const runtime = ['linux-vdso', 'ld-linux-x86-64', 'ld-linux-aarch64', 'libc', 'libm', 'libgcc_s', 'libstdc++'];
  const parser = ['libboost_json', 'libboost_container'];
  const others = (await coreLibraries()).filter(name => ![...runtime, ...parser].includes(name));
  assert.deepEqual(others, []);
});

test('the core asks the system for no time, zone, randomness, file, socket or thread', async () => {
  const needed = await coreNeeds();
  assert.ok(needed.includes('memcpy'), 'the list has what every program needs');
  const system =
    /^(clock\w*|time|gettimeofday|localtime\w*|gmtime\w*|mktime|tzset|getenv|getrandom|getentropy|s?random|s?rand|f?open\w*|f?read\w*|mmap|socket|connect|pthread_create|syscall)$|_clock::now|std::basic_\w*f(stream|ilebuf)|std::random_device|std::filesystem|std::thread/;
  assert.deepEqual(
    needed.filter(name => system.test(name)),
    [],
  );
});

test('core, server and reference evaluator agree on 20,000 random cases', async () => {
  const counts = await playCases(20260225, 20);
  assert.equal(
    Object.values(counts).reduce((sum, count) => sum + count, 0),
    20_000,
  );
  for (const outcome of ['act', 'none', 'suppressed', 'holdout']) assert.ok(counts[outcome] > 0, outcome);
});
