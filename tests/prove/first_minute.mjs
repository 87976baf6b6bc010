// From script/server on a built tree to a verified delivery on screen, by clicks alone: under 60 s. Records the times and
// the pictures into docs/first-minute.md. A person is played who looks for two seconds before each click.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { root } from '../kit/beckon.mjs';
import { linkIn, openBrowser, openConsole } from '../kit/browser.mjs';
import { kDocs, steps } from '../kit/first_minute.mjs';

const kLooks = 2000; // milliseconds before each click
const look = () => new Promise(done => setTimeout(done, kLooks));

// The link of the banner, once it serves.
const ready = child =>
  new Promise((done, refuse) => {
    let said = '';
    const look = part => {
      said += part;
      if (/^ready http:\/\/\S+$/m.test(said) && linkIn(said)) done(linkIn(said));
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.once('exit', code => refuse(new Error(`script/server ended with ${code}`)));
  });

// As WebP, a quarter of what PNG weighs.
async function photograph(page, name) {
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 80 });
  await session.detach();
  writeFileSync(join(dirname(kDocs), 'first-minute', `${name}.webp`), Buffer.from(data, 'base64'));
}

test('the first minute', async t => {
  const data = mkdtempSync(join(tmpdir(), 'beckon-first-'));
  const began = performance.now(),
    since = () => Math.round((performance.now() - began) / 1000);
  const server = spawn(join(root, 'script/server'), ['--data', data, '--listen', '127.0.0.1:0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let browser;
  try {
    const link = await ready(server);
    const rows = [['0 s', '`script/server`, with everything built', 'the banner, with a link to the console']];
    t.diagnostic(`ready after ${since()} s`);
    browser = await openBrowser();
    const page = await openConsole(browser, new URL(link).origin, { width: 1280, height: 860 });
    for (const { does, sees, picture, run } of steps) {
      await run({ page, link, look });
      rows.push([`${since()} s`, does, sees]);
      // The confirming line at the bottom has gone by the time somebody looks.
      if (picture) {
        await page.locator('.toast').waitFor({ state: 'hidden' });
        await photograph(page, picture);
      }
    }
    assert.ok(since() < 60, `${since()} s`);
    assert.deepEqual(page.faults, []);
    const docs = readFileSync(kDocs, 'utf8').split('\n'),
      from = docs.findIndex(line => line.startsWith('| ---')) + 1,
      to = docs.findIndex((line, index) => index >= from && !line.startsWith('|'));
    writeFileSync(
      kDocs,
      [...docs.slice(0, from), ...rows.map(row => `| ${row.join(' | ')} |`), ...docs.slice(to)].join('\n'),
    );
  } finally {
    await browser?.close();
    process.kill(-server.pid, 'SIGTERM');
    rmSync(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
});
