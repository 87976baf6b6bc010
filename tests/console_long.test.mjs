// Long lists and long watches in the console: what is in the document and in memory stays the same.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Beckon, freshSession } from './kit/beckon.mjs';
import { openBrowser, openConsole } from './kit/browser.mjs';
import { until } from './kit/wait.mjs';

const kMany = 10_000;
let beckon, browser, page, subscriptionId;

before(async () => {
  beckon = await Beckon.start();
  browser = await openBrowser();
  await beckon.widen();
  const { json } = await beckon.as('OPERATOR', 'POST', '/webhooks', { endpointUrl: `${beckon.base}/dev/receiver`, eventTypes: ['signal.many'], description: 'many' });
  subscriptionId = json.subscriptionId;
  const signals = Array.from({ length: 50 }, () => ({ type: 'many' }));
  await Promise.all(Array.from({ length: 8 }, async () => {
    for (let sent = 0; sent < kMany / 8; sent += 50) assert.equal((await beckon.as('CREATOR', 'POST', '/chain/signals', { sessionId: freshSession('many'), signals })).status, 202);
  }));
  page = await openConsole(browser, beckon.base, { token: await beckon.token('OPERATOR') });
});
after(async () => { await browser?.close(); await beckon?.close(); });

const elements = () => page.evaluate(() => document.querySelectorAll('*').length);
async function heap() {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize / 1e6;
}

test('ten thousand deliveries are scrolled through with no more rows in the document than fit around the window', async () => {
  await page.goto(`${beckon.base}/apps/lifecycle-messaging/demo/deliveries?subscription=${subscriptionId}`);
  await page.locator('.list a.line').first().waitFor();
  const before = { elements: await elements(), heap: await heap() };
  const count = async () => Number(/^([\d]+) deliver/.exec(await page.locator('footer [role=status]').innerText())?.[1]);
  await until('all are in the list', async () => {
    await page.evaluate(() => { const work = document.querySelector('.work'); work.scrollTop = work.scrollHeight; });
    return (await count()) >= kMany;
  }, 90_000);
  const rows = page.locator('.list a.line');
  assert.ok(await rows.count() < 100, `${await rows.count()} rows`);
  assert.equal(await page.locator('.list li').first().getAttribute('aria-setsize'), String(await count()));
  assert.ok(await elements() < before.elements + 500, `${before.elements} elements, then ${await elements()}`);
  const grown = (await heap()) - before.heap;
  assert.ok(grown < 15, `${grown.toFixed(1)} MB for ${kMany} deliveries`);
  await page.evaluate(() => { document.querySelector('.work').scrollTop = 0; });
  await page.locator('.list li[aria-posinset="1"]').waitFor();
  assert.deepEqual(page.faults, []);
});
