// CPU time used by processes and their children: the cost of a delivery, independent of other load.
import { readdirSync, readFileSync } from 'node:fs';

const stat = pid => {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
};
// Microseconds, of the given processes, their running children, and ended ones.
export function cpu(pids) {
  const wanted = new Set(pids.map(String));
  let ticks = 0;
  for (const pid of readdirSync('/proc').filter(name => /^[0-9]+$/.test(name))) {
    try {
      const fields = stat(pid);
      if (!wanted.has(pid) && !wanted.has(fields[1])) continue;
      ticks +=
        Number(fields[11]) + Number(fields[12]) + (wanted.has(pid) ? Number(fields[13]) + Number(fields[14]) : 0);
    } catch {
      // just ended
    }
  }
  return ticks * 10_000;
}
