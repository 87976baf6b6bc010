// testssl.sh on the TLS port: exactly TLS 1.2 and 1.3, and no finding above LOW but those that any authority of a test has.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Beckon } from '../kit/beckon.mjs';
import { Authority } from '../kit/certificates.mjs';

// Of the issuer: an authority that the test made has no list of revocations, and is in no browser.
const ofTheIssuer = new Set(['cert_revocation', 'cert_chain_of_trust', 'cert_trust']);
// Of testssl.sh itself: its OpenSSL lacks GOST, and its client, which ends at once, is at times gone before the ticket of
// TLS 1.3 comes, with which it would resume the session. tests/tls.test.mjs does.
const ofTheTool = new Set(['engine_problem', 'sessionresumption_ticket']);
const fine = new Set(['OK', 'INFO', 'LOW']);

for (const kind of ['ec', 'rsa'])
  test(`testssl.sh finds nothing, with a certificate of kind ${kind}`, { timeout: 900_000 }, async t => {
    const authority = new Authority();
    const own = authority.issue(['localhost', '127.0.0.1'], { kind, days: 80 });
    const server = await Beckon.start({ tls: authority.serve(own) });
    try {
      const report = join(authority.folder, 'report.json');
      const args = ['--quiet', '--color', '0', '--warnings', 'off', '--ip', 'one', '--add-ca', authority.file];
      const run = spawn('testssl', [...args, '--jsonfile', report, `localhost:${server.port}`], {
        cwd: authority.folder,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let said = '';
      for (const stream of [run.stdout, run.stderr])
        stream.on('data', part => {
          said += part;
        });
      await new Promise((done, refuse) => run.once('error', refuse).once('close', done));
      const findings = JSON.parse(readFileSync(report));
      const of = id => findings.find(finding => finding.id === id)?.finding;
      const notable = findings
        .filter(({ severity }) => !fine.has(severity))
        .map(({ id, severity, finding }) => `${id} ${severity}: ${finding}`);
      t.diagnostic(`${findings.length} findings; above LOW: ${notable.join('; ') || 'none'}`);
      assert.ok(findings.length > 100, said.slice(-4000));
      assert.deepEqual(
        notable.map(line => line.split(' ')[0]).filter(id => !ofTheIssuer.has(id) && !ofTheTool.has(id)),
        [],
      );
      const offered = ['SSLv2', 'SSLv3', 'TLS1', 'TLS1_1', 'TLS1_2', 'TLS1_3'].filter(
        id => !/^not offered/.test(of(id)),
      );
      assert.deepEqual(offered, ['TLS1_2', 'TLS1_3']);
    } finally {
      await server.close();
      authority.close();
    }
  });
