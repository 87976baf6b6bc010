// docs/monitoring/dashboard.json: what Grafana needs to import it, and that it names only what the server really exports.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Beckon, root } from './kit/beckon.mjs';
import { Metrics, runPromtool, unexported, withoutPromtool } from './kit/metrics.mjs';
import { needsFiles } from './kit/postgres.mjs';

const dashboard = JSON.parse(readFileSync(join(root, 'docs/monitoring/dashboard.json'), 'utf8'));
const panels = dashboard.panels.filter(({ type }) => type !== 'row');
const queries = [
  ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ...dashboard.annotations.list.map(({ expr }) => expr),
];

let folder;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'beckon-dashboard-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

test('what it queries is exported by the server, with the labels that it names', { skip: needsFiles }, async () => {
  const beckon = await Beckon.start();
  const { seen, missing } = unexported(queries, await Metrics.of(beckon));
  await beckon.close();
  assert.deepEqual(missing, []);
  assert.ok(seen > 40);
});

test('Grafana can import it: unique ids, a data source variable, panels that do not overlap', () => {
  const ids = dashboard.panels.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(dashboard.schemaVersion >= 38 && dashboard.uid && dashboard.title);
  const variables = dashboard.templating.list;
  assert.deepEqual(
    variables.map(({ name }) => name),
    ['datasource', 'job', 'instance'],
  );
  assert.equal(variables[0].type, 'datasource');
  for (const panel of panels) {
    assert.ok(panel.title && panel.description && panel.fieldConfig.defaults.unit, panel.title);
    for (const { datasource } of [panel, ...panel.targets]) assert.match(datasource.uid, /^\$\{datasource\}$/);
  }
  const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
  );
  assert.equal(new Set(cells).size, cells.length);
  assert.ok(dashboard.panels.every(({ gridPos: { x, w } }) => x + w <= 24));
});

test('its queries are PromQL', { skip: withoutPromtool }, () => {
  const filled = query =>
    query
      .replaceAll('$__rate_interval', '5m')
      .replaceAll('$__interval', '1m')
      .replaceAll('$job', 'beckon')
      .replaceAll('$instance', '.*');
  const path = join(folder, 'dashboard.yml');
  const all = queries.map(filled);
  writeFileSync(
    path,
    JSON.stringify({
      groups: [{ name: 'g', rules: all.map((expr, i) => ({ record: `q:${i}`.replace(/\d/, 'n$&'), expr })) }],
    }),
  );
  const { status, out } = runPromtool(['check', 'rules', path]);
  assert.equal(status, 0, out);
  assert.ok(all.every(query => !query.includes('$')));
});
