// What a server says of its backup folder, and waits for it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './wait.mjs';

// The metrics of shipping by name, without "beckon_backup_".
export async function shipping(beckon) {
  const { status, text } = await beckon.call('GET', '/metrics');
  assert.equal(status, 200);
  return Object.fromEntries(
    [...text.matchAll(/^beckon_backup_(\w+) (\S+)$/gm)].map(([, name, value]) => [name, Number(value)]),
  );
}

// Waits until everything that was acknowledged before can be restored from the folder. Returns the metrics; `at` is a
// time up to which all commits are in it, as --at takes it.
export async function allShipped(beckon, within = 60_000) {
  const now = Date.now();
  return until(
    'all commits are in the backup folder',
    async () => {
      const metrics = await shipping(beckon);
      const at = Math.round(metrics.complete_seconds * 1000); // in the same millisecond it may be before it
      return at > now && { ...metrics, at: new Date(at).toISOString() };
    },
    within,
  );
}

// A new disk of so many KiB for the test `t`, in memory; undefined where it cannot be mounted.
export function smallDisk(t, kib) {
  const folder = mkdtempSync(join(tmpdir(), 'beckon-disk-'));
  let mounted = false;
  t.after(() => {
    if (mounted) execFileSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kib}k`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return undefined; // not root
  }
  mounted = true;
  return folder;
}
