// node tests/run.mjs [FILE…]: runs the tests of the real binary and of the examples; BECKON selects a binary other than
// build/beckon. The last line is the count: N passed, N failed[, N skipped].
import { existsSync, globSync } from 'node:fs';
import { relative } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { binary, root } from './kit/beckon.mjs';

const named = process.argv.slice(2);
const files = named.length
  ? named
  : [
      'console/src/**/*.test.ts',
      'sdk/src/**/*.test.ts',
      'tests/*.test.mjs',
      'tests/faults/*.mjs',
      'examples/*/*.test.mjs',
    ]
      .flatMap(pattern => globSync(pattern, { cwd: root }))
      .sort();

function finish({ passed, failed, skipped }) {
  console.log(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

if (!existsSync(binary)) {
  console.log(`There is no ${relative(root, binary)}: run script/build first.`);
  finish({ passed: 0, failed: 1 });
} else {
  let counts = { passed: 0, failed: 1, skipped: 0 };
  const events = run({
    cwd: root,
    files: files.map(file => (file.startsWith('/') ? file : `${root}/${file}`)),
    concurrency: 2,
  });
  // The summary of all files is the one without a file name.
  events.on('test:summary', ({ file, counts: c }) => {
    if (!file) counts = { passed: c.passed, failed: c.failed + c.cancelled, skipped: c.skipped + c.todo };
  });
  const report = events.compose(spec);
  report.pipe(process.stdout);
  report.on('end', () => finish(counts));
}
