// The first minute by clicks, on a fresh server, as docs/first-minute.md tells it. tests/prove/first_minute.mjs records it.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { Beckon } from './kit/beckon.mjs';
import { linkIn, openBrowser, openConsole } from './kit/browser.mjs';
import { kDocs, steps, toldInDocs } from './kit/first_minute.mjs';

let beckon, browser, page;
before(async () => {
  beckon = await Beckon.start();
  browser = await openBrowser();
  page = await openConsole(browser, beckon.base, { width: 1280, height: 860 });
});
after(async () => {
  await browser?.close();
  await beckon?.close();
});

for (const { does, run } of steps) {
  test(does, async () => {
    await run({ page, link: linkIn(beckon.log), look: () => {} });
    assert.deepEqual(page.faults, []);
  });
}

test('the docs tell these steps, in under a minute, with a picture of each that has one', () => {
  const [[start], ...rows] = toldInDocs();
  assert.equal(start, '0 s');
  assert.deepEqual(
    rows.map(([, does, sees]) => [does, sees]),
    steps.map(({ does, sees }) => [does, sees]),
  );
  assert.ok(
    rows.every(([at]) => /^\d+ s$/.test(at) && parseInt(at, 10) < 60),
    JSON.stringify(rows),
  );
  const pictures = [...readFileSync(kDocs, 'utf8').matchAll(/!\[[^\]]+\]\((first-minute\/[^)]+)\)/g)].map(
    ([, file]) => file,
  );
  assert.deepEqual(
    pictures,
    steps.filter(({ picture }) => picture).map(({ picture }) => `first-minute/${picture}.webp`),
  );
  for (const file of pictures) assert.ok(existsSync(join(dirname(kDocs), file)), file);
});
