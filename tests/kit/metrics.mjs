// The metrics of a server, read as Prometheus reads them, and its own checker.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './beckon.mjs';

export class Metrics {
  families = new Map(); // name → { type, help, samples: [{ name, labels, value }] }
  repeated = []; // names with more than one HELP or TYPE

  constructor(text) {
    this.text = text;
    let family;
    for (const line of text.split('\n').filter(Boolean)) {
      const [, what, name, rest] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
      if (what) {
        family = this.families.get(name) ?? { samples: [] };
        this.families.set(name, family);
        const key = what.toLowerCase();
        if (key in family) this.repeated.push(name);
        family[key] = rest;
        continue;
      }
      const [, sample, labels = '', value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
      family.samples.push({ name: sample, labels: `{${labels}}`, value: value === '+Inf' ? Infinity : Number(value) });
    }
  }

  static async of(beckon) {
    const { status, text } = await beckon.call('GET', '/metrics');
    if (status !== 200) throw new Error(`no metrics: ${status} ${text}`);
    return new Metrics(text);
  }

  // The value of `name` with exactly these labels, in the order of the text; of `name{}` without them.
  value(name, labels = '') {
    for (const { samples } of this.families.values())
      for (const sample of samples) if (sample.name === name && sample.labels === (labels || '{}')) return sample.value;
    return undefined;
  }

  // The sum over all labels that contain `part`.
  sum(name, part = '') {
    let sum = 0;
    for (const { samples } of this.families.values())
      for (const sample of samples) if (sample.name === name && sample.labels.includes(part)) sum += sample.value;
    return sum;
  }

  // As PromQL sees them: with _bucket, _sum and _count.
  sampleNames() {
    return new Set([...this.families.values()].flatMap(({ samples }) => samples.map(({ name }) => name)));
  }
}

// What script/bootstrap has taken from Debian's package, or the machine's own; undefined: neither.
export const promtool = [join(root, '.cache/promtool/promtool'), '/usr/bin/promtool'].find(existsSync);
export const withoutPromtool = promtool ? false : 'promtool is not there: script/bootstrap could not download it';

export function runPromtool(args, { input, cwd } = {}) {
  const { status, stdout, stderr } = spawnSync(promtool, args, { encoding: 'utf8', input, cwd });
  return { status, out: stdout + stderr };
}

// Names and labels in PromQL queries that `metrics` do not have. Prometheus itself adds job and instance.
export function unexported(queries, metrics) {
  const samples = [...metrics.families.values()].flatMap(family => family.samples);
  const withTls = 'beckon_tls_certificate_not_after_seconds'; // tests/tls.test.mjs
  const missing = [];
  let seen = 0;
  for (const query of queries)
    for (const [, name, selector = ''] of query.matchAll(/\b((?:beckon|process)_\w+)(?:\{((?:[^}"]|"[^"]*")*)\})?/g)) {
      seen += 1;
      if (name === withTls) continue;
      if (!samples.some(sample => sample.name === name)) missing.push(name);
      for (const [, label] of selector.matchAll(/(\w+)=~?"/g))
        if (
          !['job', 'instance'].includes(label) &&
          !samples.some(sample => sample.name === name && sample.labels.includes(`${label}="`))
        )
          missing.push(`${name}{${label}}`);
    }
  return { seen, missing };
}
