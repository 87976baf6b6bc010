// slowhttptest: 2,000 connections of one address that send or read as slowly as they can, in its four modes, plain and by
// TLS. With the limit of connections per address as released, a client of another address is served throughout; where
// the limit lets all 2,000 in, so is slowhttptest's own probe.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { Beckon, freshAddress } from '../kit/beckon.mjs';
import { Authority } from '../kit/certificates.mjs';

const connections = 2000;
const seconds = 20;

let authority;
before(() => {
  authority = new Authority();
});
after(() => authority?.close());

const modes = {
  'slow headers': ['-H', '-i', '2', '-x', '24'],
  'a slow body': ['-B', '-f', 'application/json', '-i', '2', '-s', '60000', '-x', '8'],
  ranges: ['-R', '-a', '5', '-b', '500'],
  'slow reading': ['-X', '-w', '8', '-y', '16', '-n', '2', '-z', '8', '-k', '3'],
};
const paths = { 'a slow body': '/v2/public/chain/signals', 'slow reading': '/docs' };

// Runs slowhttptest; resolves to what its probe said of each moment: YES or NO.
function attack(server, mode) {
  const url = server.base + (paths[mode] ?? '/v2/system/health');
  const args = [...modes[mode], '-c', connections, '-r', 500, '-l', seconds, '-p', 3, '-u', url].map(String);
  const run = spawn('sh', ['-c', 'ulimit -n 16384 && exec slowhttptest "$@"', 'sh', ...args]);
  let said = '';
  for (const stream of [run.stdout, run.stderr])
    stream.on('data', part => {
      said += part;
    });
  return new Promise((done, refuse) =>
    run.once('error', refuse).once('close', () => {
      const text = stripVTControlCharacters(said);
      const probes = [...text.matchAll(/service available:\s+(\w+)/g)].map(match => match[1]);
      const most = Math.max(0, ...[...text.matchAll(/connected:\s+(\d+)/g)].map(match => Number(match[1])));
      done({ probes, most, text });
    }),
  );
}

for (const scheme of ['http', 'https'])
  for (const [what, flags] of [
    ['the limit per address as released', []],
    ['a limit per address of 4,000', ['--http-connections-per-address', '4000']],
  ])
    describe(`${scheme}, ${what}`, () => {
      let server;
      before(async () => {
        const tls = scheme === 'https' ? authority.serve(authority.issue(['localhost', '127.0.0.1'])) : undefined;
        server = await Beckon.start({ tls, flags: ['--dev', '--log-requests', 'off', ...flags] });
      });
      after(async () => {
        await server?.close();
      });
      for (const mode of Object.keys(modes))
        test(mode, async t => {
          const under = attack(server, mode);
          let running = true;
          under.finally(() => {
            running = false;
          });
          const times = [];
          while (running) {
            const began = performance.now();
            const { status } = await server.call('GET', '/v2/system/health', { from: freshAddress() });
            times.push(performance.now() - began);
            assert.equal(status, 200);
            await new Promise(resolve => setTimeout(resolve, 20)); // one client, not a load
          }
          const { probes, most, text } = await under;
          const worst = Math.max(...times).toFixed(0);
          t.diagnostic(
            `${most} connections at most; probe: ${probes.filter(one => one === 'YES').length} of ${probes.length} available; ` +
              `another address: ${times.length} of ${times.length} served, the slowest in ${worst} ms`,
          );
          assert.ok(probes.length > 0, text.slice(-2000));
          if (flags.length) assert.deepEqual([...new Set(probes)], ['YES']);
        });
    });
