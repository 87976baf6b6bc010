// docs/monitoring/alerts.yml: each alert fires when it should and not when it should not, as promtool reads the rules;
// each has its paragraph in docs/operations.md; and the rules name only what the server really exports.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Beckon, root } from './kit/beckon.mjs';
import { Metrics, runPromtool, unexported, withoutPromtool } from './kit/metrics.mjs';
import { needsFiles } from './kit/postgres.mjs';

const file = join(root, 'docs/monitoring/alerts.yml');
const rules = readFileSync(file, 'utf8');
const alerts = [...rules.matchAll(/^ {6}- alert: (\w+)$/gm)].map(([, name]) => name);
const queries = [...rules.matchAll(/expr: (?:>\n((?: {10,}.*\n)+)|(.*))/g)].map(([, many, one]) => many ?? one);

let folder;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'beckon-alerts-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const gib = 2 ** 30;
const on = '{job="beckon",instance="one"';
const whole = '{job="beckon",instance="one"}';
// Series of promtool, a value a minute: "a+bxN" is a, a+b, … N more times. `at`: when it is looked at, in minutes.
// `fires`: its labels besides the instance, and its summary; else it must not fire.
const critical = { severity: 'critical', job: 'beckon' };
const warning = { severity: 'warning', job: 'beckon' };
const bare = ({ severity }) => ({ severity });
const histogram = (name, fast, slow, labels = '') => ({
  [`${name}_bucket${on},le="0.1"${labels}}`]: `0+${fast}x60`,
  [`${name}_bucket${on},le="0.5"${labels}}`]: `0+${fast}x60`,
  [`${name}_bucket${on},le="60"${labels}}`]: `0+${fast + slow}x60`,
  [`${name}_bucket${on},le="+Inf"${labels}}`]: `0+${fast + slow}x60`,
});
const cases = {
  BeckonDown: [
    {
      series: { [`up${whole}`]: '1x5 0x5' },
      at: 8,
      fires: [critical, 'Beckon on one has not answered Prometheus for a minute.'],
    },
    { series: { [`up${whole}`]: '1x10', 'up{job="other",instance="two"}': '0x10' }, at: 8 },
  ],
  BeckonRestarting: [
    {
      series: { [`process_start_time_seconds${whole}`]: '100x5 200x5 300x5 400x5 500x50' },
      at: 30,
      fires: [critical, 'Beckon on one has started 4 times within an hour.'],
    },
    { series: { [`process_start_time_seconds${whole}`]: '100x5 200x50' }, at: 30 },
    { series: { 'process_start_time_seconds{job="other"}': '100+100x50' }, at: 30 },
  ],
  BeckonBackupFailing: [
    {
      series: { [`beckon_backup_failing${whole}`]: '0x5 1x20' },
      at: 17,
      fires: [critical, 'The backup folder of Beckon on one has failed for 10 minutes.'],
    },
    { series: { [`beckon_backup_failing${whole}`]: '0x5 1x4 0 1x8' }, at: 17 },
  ],
  BeckonBackupBehind: [
    {
      series: { [`beckon_backup_behind_seconds${whole}`]: '5x5 0+60x30' },
      at: 25,
      fires: [warning, 'The newest commits of Beckon on one have been missing in the backup folder for 10 minutes.'],
    },
    { series: { [`beckon_backup_behind_seconds${whole}`]: '5x5 0+60x12 5x10' }, at: 20 },
  ],
  BeckonDiskFull: [
    {
      series: { [`beckon_disk_full${whole}`]: '0x5 1x5' },
      at: 6,
      fires: [critical, 'The disk of Beckon on one is full; what adds data is refused.'],
    },
    { series: { [`beckon_disk_full${whole}`]: '0x10' }, at: 6 },
  ],
  BeckonDiskFillingUp: [
    {
      series: {
        [`beckon_data_free_bytes${whole}`]: `${9 * gib}x60`,
        [`beckon_data_capacity_bytes${whole}`]: `${100 * gib}x60`,
      },
      at: 20,
      fires: [warning, 'The disk of Beckon on one has less than 10 % of space, or will be full within a day.'],
    },
    {
      series: {
        [`beckon_data_free_bytes${whole}`]: `${38 * gib}-${gib / 16}x400`,
        [`beckon_data_capacity_bytes${whole}`]: `${100 * gib}x400`,
      },
      at: 60,
      fires: [warning, 'The disk of Beckon on one has less than 10 % of space, or will be full within a day.'],
    },
    {
      series: {
        [`beckon_data_free_bytes${whole}`]: `${38 * gib}-${gib / 1024}x400`,
        [`beckon_data_capacity_bytes${whole}`]: `${100 * gib}x400`,
      },
      at: 60,
    },
    {
      series: {
        [`beckon_data_free_bytes${whole}`]: `${90 * gib}-${gib / 16}x60`,
        [`beckon_data_capacity_bytes${whole}`]: `${100 * gib}x60`,
      },
      at: 60,
    },
  ],
  BeckonLogFileGrowing: [
    {
      series: { [`beckon_wal_bytes${whole}`]: `${2 * gib}x90` },
      at: 61,
      fires: [warning, 'The write-ahead log of Beckon on one has been larger than 1 GiB for an hour.'],
    },
    { series: { [`beckon_wal_bytes${whole}`]: `${2 * gib}x50 ${gib / 16}x40` }, at: 61 },
  ],
  BeckonCommitsFailing: [
    {
      series: { [`beckon_commit_failures_total${whole}`]: '0x10 1x10' },
      at: 12,
      fires: [critical, 'Commits of Beckon on one fail; the requests in them get 503.'],
    },
    { series: { [`beckon_commit_failures_total${whole}`]: '7x30' }, at: 12 },
  ],
  BeckonCommitsSlow: [
    {
      series: histogram('beckon_commit_seconds', 900, 100),
      at: 30,
      fires: [bare(warning), 'One commit in a hundred of Beckon on one takes longer than 250 ms.'],
    },
    { series: histogram('beckon_commit_seconds', 1000, 1), at: 30 },
  ],
  BeckonOverloaded: [
    {
      series: { [`beckon_refused_total${on},resource="requests",share="all"}`]: '0+3x30' },
      at: 20,
      fires: [
        { ...bare(critical), resource: 'requests' },
        'Beckon on one has been refusing requests for 5 minutes, because all of requests is in use.',
      ],
    },
    {
      series: {
        [`beckon_refused_total${on},resource="requests",share="handle"}`]: '0+3x30',
        [`beckon_refused_total${on},resource="requests",share="all"}`]: '0x15 1x15',
      },
      at: 17,
    },
  ],
  BeckonRequestsFailing: [
    {
      series: {
        [`beckon_http_requests_total${on},route="/a",status="2xx"}`]: '0+90x30',
        [`beckon_http_requests_total${on},route="/b",status="5xx"}`]: '0+10x30',
      },
      at: 20,
      fires: [bare(critical), '10% of the requests to Beckon on one end with a 5xx status.'],
    },
    {
      series: {
        [`beckon_http_requests_total${on},route="/a",status="2xx"}`]: '0+900x30',
        [`beckon_http_requests_total${on},route="/b",status="4xx"}`]: '0+900x30',
        [`beckon_http_requests_total${on},route="/b",status="5xx"}`]: '0+1x30',
      },
      at: 20,
    },
  ],
  BeckonDecisionsSlow: [
    {
      series: histogram('beckon_http_request_seconds', 900, 100, ',route="/v2/public/chain/resolve"'),
      at: 30,
      fires: [bare(warning), 'One decision in a hundred of Beckon on one takes longer than 250 ms.'],
    },
    { series: histogram('beckon_http_request_seconds', 900, 100, ',route="/v2/handles/{handle}/live"'), at: 30 },
  ],
  BeckonDeliveriesLate: [
    {
      series: histogram('beckon_dispatch_lag_seconds', 10, 90),
      at: 30,
      fires: [bare(warning), 'Half of the attempts of Beckon on one begin more than 10 s after they are due.'],
    },
    { series: histogram('beckon_dispatch_lag_seconds', 60, 40), at: 30 },
  ],
  BeckonDeliveriesUnreachable: [
    {
      series: {
        [`beckon_dispatch_attempts_total${on},outcome="2xx"}`]: '0+10x60',
        [`beckon_dispatch_attempts_total${on},outcome="dns"}`]: '0+20x60',
      },
      at: 40,
      fires: [bare(warning), 'More than half of the attempts of Beckon on one reach no endpoint.'],
    },
    {
      series: {
        [`beckon_dispatch_attempts_total${on},outcome="5xx"}`]: '0+20x60',
        [`beckon_dispatch_attempts_total${on},outcome="timeout"}`]: '0+10x60',
      },
      at: 40,
    },
  ],
  BeckonErasuresLate: [
    {
      series: { [`beckon_oldest_erasure_seconds${whole}`]: '0+60x300' },
      at: 300,
      fires: [critical, 'Erased data has been in the journal of Beckon on one for 5h 0m 0s.'],
    },
    { series: { [`beckon_oldest_erasure_seconds${whole}`]: '0+60x200 0x100' }, at: 300 },
  ],
  BeckonSignInsFailing: [
    {
      series: {
        [`beckon_sign_in_failures_total${on},reason="password"}`]: '0+5x60',
        [`beckon_sign_in_failures_total${on},reason="account_limit"}`]: '0+5x60',
      },
      at: 30,
      fires: [bare(warning), 'More than 100 sign-ins to Beckon on one have failed within 15 minutes.'],
    },
    {
      series: {
        [`beckon_sign_in_failures_total${on},reason="password"}`]: '0+5x60',
        [`beckon_sign_in_failures_total${on},reason="busy"}`]: '0+5x60',
      },
      at: 30,
    },
  ],
  BeckonCertificateExpiring: [
    {
      series: { [`beckon_tls_certificate_not_after_seconds${on},certificate="2"}`]: `${3600 * 2 + 10 * 86400}x200` },
      at: 120,
      fires: [{ ...warning, certificate: '2' }, 'Certificate 2 of Beckon on one expires in 10d 0h 0m 0s.'],
    },
    { series: { [`beckon_tls_certificate_not_after_seconds${on},certificate="1"}`]: `${80 * 86400}x200` }, at: 120 },
  ],
  BeckonFilesRunningOut: [
    {
      series: { [`process_open_fds${whole}`]: '900x30', [`process_max_fds${whole}`]: '1000x30' },
      at: 20,
      fires: [warning, 'Beckon on one uses 90% of the file descriptors that it may open.'],
    },
    { series: { [`process_open_fds${whole}`]: '500x30', [`process_max_fds${whole}`]: '1000x30' }, at: 20 },
  ],
  BeckonLogLinesDropped: [
    {
      series: { [`beckon_log_lines_dropped_total${whole}`]: '0x10 500x10' },
      at: 15,
      fires: [warning, 'Beckon on one drops log lines, because nobody reads its standard error.'],
    },
    { series: { [`beckon_log_lines_dropped_total${whole}`]: '500x30' }, at: 20 },
  ],
};

// In YAML, of which JSON is a part.
const testFile = (alert, { series, at, fires }) =>
  JSON.stringify({
    rule_files: [file],
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        alert_rule_test: [
          {
            eval_time: `${at}m`,
            alertname: alert,
            exp_alerts: fires
              ? [
                  {
                    exp_labels: { instance: 'one', ...fires[0] },
                    exp_annotations: {
                      summary: fires[1],
                      runbook: `docs/operations.md#${alert.toLowerCase()}`,
                    },
                  },
                ]
              : [],
          },
        ],
      },
    ],
  });

describe('the alert rules', { skip: withoutPromtool }, () => {
  test('are valid', () => {
    const { status, out } = runPromtool(['check', 'rules', file]);
    assert.equal(status, 0, out);
    assert.match(out, new RegExp(`${alerts.length} rules found`));
  });

  test('have cases that fire and cases that do not, each of them', () => {
    assert.deepEqual(Object.keys(cases).sort(), [...alerts].sort());
    for (const [alert, all] of Object.entries(cases)) {
      assert.ok(
        all.some(one => one.fires),
        alert,
      );
      assert.ok(
        all.some(one => !one.fires),
        alert,
      );
    }
  });

  for (const [alert, all] of Object.entries(cases))
    test(`${alert} fires when it should, and only then`, () => {
      for (const [i, one] of all.entries()) {
        const path = join(folder, `${alert}-${i}.yml`);
        writeFileSync(path, testFile(alert, one));
        const { status, out } = runPromtool(['test', 'rules', path]);
        assert.equal(status, 0, `case ${i}: ${out}`);
      }
    });
});

test('each alert has its paragraph of what to do, and each such paragraph its alert', () => {
  const section = readFileSync(join(root, 'docs/operations.md'), 'utf8').split('\n## Alerts\n')[1].split('\n## ')[0];
  const paragraphs = [...section.matchAll(/^### (\w+)\n(.+)$/gm)];
  assert.deepEqual(
    paragraphs.map(([, name]) => name),
    alerts,
  );
  for (const [, name, text] of paragraphs) assert.ok(text.length > 100, name);
  const runbooks = [...rules.matchAll(/^ {10}runbook: docs\/operations\.md#(\w+)$/gm)].map(([, anchor]) => anchor);
  assert.deepEqual(
    runbooks,
    alerts.map(name => name.toLowerCase()),
  );
});

test('what the rules query is exported by the server, with the labels that they name', {
  skip: needsFiles,
}, async () => {
  assert.equal(queries.length, alerts.length);
  const backups = join(folder, 'backups');
  const beckon = await Beckon.start({ flags: ['--dev', '--backup-folder', backups] });
  const { seen, missing } = unexported(queries, await Metrics.of(beckon));
  await beckon.close();
  assert.deepEqual(missing, []);
  assert.ok(seen > 15);
});
