// Backups of a test's server, and servers on what was restored from them.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Beckon } from './beckon.mjs';

// A folder that goes with the test `t`.
export function folderFor(t) {
  const folder = mkdtempSync(join(tmpdir(), 'beckon-backups-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

// `beckon backup`, which must succeed.
export async function backUp(beckon, file, ...more) {
  const { code, out, err } = await beckon.cli('backup', file, '--data', beckon.data, ...more);
  assert.equal(code, 0, err);
  assert.match(out, /^backup: position \d+ of \S+Z, made by beckon \S+, schema \d+, master key [0-9a-f]{16}; /);
  return out;
}

// Restores into a new folder that has the master key of `beckon`, which must succeed. Returns it. `more`: options for a
// point in time.
export async function restored(beckon, file, under, ...more) {
  const data = join(mkdtempSync(join(under, 'restored-')), 'data');
  mkdirSync(data, { mode: 0o700 });
  copyFileSync(join(beckon.data, 'master.key'), join(data, 'master.key'));
  const { code, out, err } = await beckon.cli('restore', file, '--data', data, ...more);
  assert.equal(code, 0, err);
  assert.match(out, /^restored into /m);
  assert.deepEqual(readdirSync(data).sort(), ['beckon.db', 'beckon.lock', 'master.key']);
  return data;
}

// A server on the restored data.
export async function serverOn(data, flags = ['--dev']) {
  return Beckon.start({ data, flags });
}
