// The system clock of a process, set by hours from the true one with libfaketime; its monotonic clock goes on as ever.
import { existsSync, globSync, renameSync, writeFileSync } from 'node:fs';

const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');
// Preloaded into a process; its settings are in variables.
export { library as clockLibrary };
export const canSetClocks = library !== undefined && existsSync(library);
export const needsFaketime = canSetClocks ? false : 'libfaketime is not here (Debian: faketime)';

// `file`: keeps the setting. Of the result, `env` is for the process, which follows set() while it runs.
export function settableClock(file, hours = 0) {
  const set = to => {
    writeFileSync(`${file}.new`, `${to < 0 ? '' : '+'}${to}h\n`);
    renameSync(`${file}.new`, file);
  };
  set(hours);
  const env = {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1',
  };
  return { set, env };
}
