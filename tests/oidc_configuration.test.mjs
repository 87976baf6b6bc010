// The file of --oidc-providers: `serve` and `doctor` name every fault in it, and neither begins with one.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { binary } from './kit/beckon.mjs';
import { freePort } from './kit/port.mjs';

const folder = mkdtempSync(join(tmpdir(), 'beckon-providers-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const file = text => {
  const path = join(folder, `${Math.random()}.toml`);
  writeFileSync(path, text);
  return path;
};
const run = (...args) =>
  new Promise(done =>
    execFile(binary, args, (error, out, err) =>
      done({ code: error ? error.code : 0, out: out.trim(), err: err.trim() }),
    ),
  );
const where = async () => ['--data', join(folder, 'data'), '--listen', `127.0.0.1:${await freePort()}`];

const good = file(`[[provider]]
name = "corp"
title = "Acme SSO"
issuer = "https://login.example.com"
client-id = "beckon"
`);
const faulty = file(`[[provider]]
name = "Corp"
title = "Acme SSO"
issuer = "http://login.example.com"
client_id = "beckon"
`);
const faults = [
  `${faulty}:5: provider[0].client_id is not a member; did you mean client-id?`,
  `${faulty}:1: provider[0].client-id is required.`,
  `${faulty}:2: provider[0].name must consist of a-z, 0-9 and -, and not begin with -.`,
  `${faulty}:4: provider[0].issuer must use https`,
];

test('serve ends with every fault, a line each, and creates no data', async () => {
  const { code, err, out } = await run('serve', ...(await where()), '--oidc-providers', faulty);
  assert.equal(code, 1);
  assert.equal(out, '');
  const lines = err.split('\n');
  assert.equal(lines.length, faults.length + 1);
  for (const fault of faults)
    assert.ok(
      lines.some(line => line.startsWith(`beckon: ${fault}`)),
      fault,
    );
  assert.match(err, /needs --public-url/);
  assert.match((await run('doctor', ...(await where()))).out, /data folder +\S+ does not exist yet/);
});

test('doctor reports the same faults as broken, and a good file as such', async () => {
  const url = ['--public-url', 'https://beckon.example.com'];
  const bad = await run('doctor', ...(await where()), '--oidc-providers', faulty, ...url);
  assert.equal(bad.code, 1);
  for (const fault of faults)
    assert.match(bad.out, new RegExp(`^broken +providers +${fault.replace(/[[\]?.]/g, '\\$&')}`, 'm'));
  assert.match(
    (await run('doctor', ...(await where()), '--oidc-providers', good, ...url)).out,
    new RegExp(`^ok +providers +${good} can be used: corp$`, 'm'),
  );
});
