// node tests/run.mjs [--on postgres] [FILE…]: runs the tests of the real binary and of the examples; BECKON selects a
// binary other than build/beckon. With --on postgres, each server has a database of its own on a PostgreSQL server that is
// started for the run, in place of its data folder; without FILE, the files in `ofFolders` are left out. Before the last
// line: the files that took longest. The last line is the count: N passed, N failed[, N skipped].
import { existsSync, globSync } from 'node:fs';
import { matchesGlob, relative } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { binary, root } from './kit/beckon.mjs';
import { Postgres } from './kit/postgres.mjs';

// The files that take longest, first, so that none of them is left to run alone at the end.
const longest = [
  'tests/faults/nodes.mjs',
  'tests/console_curl.test.mjs',
  'tests/console_rules.test.mjs',
  'tests/console_pages.test.mjs',
  'tests/console_long.test.mjs',
  'tests/console_looks.test.mjs',
  'tests/faults/backup_folder.mjs',
  'tests/console_people.test.mjs',
  'tests/neighbours/segment_node.test.mjs',
  'tests/faults/migrate.mjs',
  'tests/faults/rounds.mjs',
  'tests/faults/database.mjs',
  'tests/faults/nodes_upgrade.mjs',
  'tests/docs_page.test.mjs',
  'tests/console_setup.test.mjs',
  'tests/console.test.mjs',
  'tests/sdk.test.mjs',
  'tests/neighbours/mcp.test.mjs',
  'tests/faults/kill.mjs',
  'tests/console_unsaved.test.mjs',
  'tests/login.test.mjs',
  'tests/faults/disk.mjs',
  'tests/console_numbers.test.mjs',
  'tests/openapi.test.mjs',
  'tests/console_members.test.mjs',
  'tests/sign_in.test.mjs',
  'tests/tls.test.mjs',
  'tests/console_preview.test.mjs',
  'tests/core.test.mjs',
  'tests/faults/backup_target.mjs',
  'tests/delayed.test.mjs',
];
// What is about the files of a data folder alone, or starts no server: there is nothing of it to run on PostgreSQL.
const ofFolders = [
  'console/src/**/*.test.ts',
  'sdk/src/**/*.test.ts',
  'tests/backup.test.mjs',
  'tests/backup_folder.test.mjs',
  'tests/console_words.test.mjs',
  'tests/core.test.mjs',
  'tests/measures.test.mjs',
  'tests/oidc_configuration.test.mjs',
  'tests/oidc_keys.test.mjs',
  'tests/package.test.mjs',
  'tests/repository.test.mjs',
  'tests/statements.test.mjs',
  'tests/upgrade.test.mjs',
  'tests/walls.test.mjs',
  'tests/words.test.mjs',
  'tests/faults/backup_folder.mjs',
  'tests/faults/backup_target.mjs',
  'tests/faults/damage.mjs',
  'tests/faults/disk.mjs',
  'tests/faults/full.mjs',
];
const rank = file => (longest.includes(file) ? longest.indexOf(file) : longest.length);

const onPostgres = process.argv[2] === '--on' && process.argv[3] === 'postgres';
const named = process.argv.slice(onPostgres ? 4 : 2);
const files = named.length
  ? named
  : [
      'console/src/**/*.test.ts',
      'sdk/src/**/*.test.ts',
      'tests/*.test.mjs',
      'tests/neighbours/*.test.mjs',
      'tests/faults/*.mjs',
      'examples/*/*.test.mjs',
    ]
      .flatMap(pattern => globSync(pattern, { cwd: root }))
      .filter(file => !onPostgres || !ofFolders.some(pattern => matchesGlob(file, pattern)))
      .sort()
      .sort((a, b) => rank(a) - rank(b));

function finish({ passed, failed, skipped }) {
  console.log(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

if (!existsSync(binary)) {
  console.log(`There is no ${relative(root, binary)}: run script/build first.`);
  finish({ passed: 0, failed: 1 });
} else {
  let counts = { passed: 0, failed: 1, skipped: 0 };
  const database = onPostgres ? await Postgres.start({ settings: { fsync: 'off', max_connections: 300 } }) : undefined;
  if (database) process.env.BECKON_TEST_POSTGRES = `host=${database.folder} user=beckon`;
  const events = run({
    cwd: root,
    files: files.map(file => (file.startsWith('/') ? file : `${root}/${file}`)),
    concurrency: process.env.BECKON ? 2 : 4, // some tests wait; a sanitizer's binary keeps the processors busy
  });
  // The summary of all files is the one without a file name.
  events.on('test:summary', ({ file, counts: c }) => {
    if (!file) counts = { passed: c.passed, failed: c.failed + c.cancelled, skipped: c.skipped + c.todo };
  });
  const took = new Map();
  for (const ended of ['test:pass', 'test:fail'])
    events.on(ended, ({ file, nesting, details }) => {
      if (nesting === 0) took.set(file, (took.get(file) ?? 0) + details.duration_ms / 1000);
    });
  const report = events.compose(spec);
  report.pipe(process.stdout);
  report.on('end', () => {
    for (const [file, seconds] of [...took].sort((a, b) => b[1] - a[1]).slice(0, 12))
      console.log(`${seconds.toFixed(0)} s ${relative(root, file)}`);
    finish(counts);
    database?.close();
  });
}
