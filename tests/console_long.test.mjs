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
  const { json } = await beckon.as('OPERATOR', 'POST', '/webhooks', {
    endpointUrl: `${beckon.base}/dev/receiver`,
    eventTypes: ['signal.many'],
    description: 'many',
  });
  subscriptionId = json.subscriptionId;
  await send(kMany, 'many');
  page = await openConsole(browser, beckon.base, { token: await beckon.token('OPERATOR') });
});
after(async () => {
  await browser?.close();
  await beckon?.close();
});

// So many signals of a type, by up to eight senders at once, 50 a request.
async function send(count, type) {
  const signals = Array.from({ length: 50 }, () => ({ type }));
  const senders = Math.min(8, count / 50);
  await Promise.all(
    Array.from({ length: senders }, async () => {
      for (let sent = 0; sent < count / senders; sent += 50)
        assert.equal(
          (await beckon.as('CREATOR', 'POST', '/chain/signals', { sessionId: freshSession('many'), signals })).status,
          202,
        );
    }),
  );
}

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
  const count = async () =>
    Number(/^([\d]+) deliver/.exec(await page.locator('footer [role=status]').innerText())?.[1]);
  await until(
    'all are in the list',
    async () => {
      await page.evaluate(() => {
        const work = document.scrollingElement;
        work.scrollTop = work.scrollHeight;
      });
      return (await count()) >= kMany;
    },
    90_000,
  );
  const rows = page.locator('.list a.line');
  assert.ok((await rows.count()) < 100, `${await rows.count()} rows`);
  assert.equal(await page.locator('.list li').first().getAttribute('aria-setsize'), String(await count()));
  assert.ok((await elements()) < before.elements + 500, `${before.elements} elements, then ${await elements()}`);
  const grown = (await heap()) - before.heap;
  assert.ok(grown < 15, `${grown.toFixed(1)} MB for ${kMany} deliveries`);
  await page.evaluate(() => {
    document.scrollingElement.scrollTop = 0;
  });
  await page.locator('.list li[aria-posinset="1"]').waitFor();
  assert.deepEqual(page.faults, []);
});

test('an hour of the live feed, sped up: as many lines as before, and no more memory', async t => {
  const kBefore = 2_000,
    kHour = 18_000,
    kRound = 200; // five signals a second; no more at once than the server holds for one reader
  await page.goto(`${beckon.base}/apps/lifecycle-messaging/demo/live`);
  await page.getByText('live', { exact: true }).waitFor();
  await page.evaluate(() => {
    globalThis.slow = 0;
    new PerformanceObserver(list => {
      globalThis.slow += list.getEntries().length;
    }).observe({ type: 'longtask' });
  });
  const ended = async name => {
    await beckon.as('CREATOR', 'POST', '/chain/signals', { sessionId: freshSession('end'), signals: [{ type: name }] });
    await page.locator('.tail li:last-child').getByText(name).waitFor({ timeout: 60_000 });
  };
  const watch = async (count, name) => {
    for (let sent = 0; sent < count; sent += kRound) {
      await send(kRound, 'tick');
      await ended(`${name}.${sent}`);
    }
  };
  await watch(kBefore, 'warming');
  const before = { elements: await elements(), heap: await heap() };
  await watch(kHour, 'hour');
  const lines = page.locator('.tail li');
  assert.equal(await lines.count(), 400);
  assert.ok((await elements()) < before.elements + 50, `${before.elements} elements, then ${await elements()}`);
  const grown = (await heap()) - before.heap;
  t.diagnostic(
    `${grown.toFixed(1)} MB more after ${kHour} lines, ${await page.evaluate(() => globalThis.slow)} tasks of more than 50 ms`,
  );
  assert.ok(grown < 5, `${grown.toFixed(1)} MB`);
  assert.ok(
    parseInt(await page.getByText('older entries are not shown').innerText(), 10) >= kBefore + kHour - 400,
    'what is not shown is counted',
  );
  assert.ok(
    await page.locator('.tail').evaluate(list => list.scrollHeight - list.scrollTop - list.clientHeight < 40),
    'it stays at the end',
  );
});

test('paused, it stands still and counts what comes; scrolled back, it stays there', async () => {
  await page.keyboard.press('p');
  const first = await page.locator('.tail li').first().innerText();
  await send(400, 'tock');
  await page.getByText('paused, 400 new').waitFor(); // those counted in that the server did not hold for a reader that is slow
  assert.equal(await page.locator('.tail li').first().innerText(), first);
  await page.keyboard.press('p');
  await page.locator('.tail li:last-child').getByText('tock').waitFor();
  await page.locator('.tail').evaluate(list => {
    list.scrollTop = 0;
  });
  await page.waitForFunction(() => document.querySelector('.tail').scrollTop === 0);
  await beckon.as('CREATOR', 'POST', '/chain/signals', { sessionId: freshSession('end'), signals: [{ type: 'late' }] });
  await page.locator('.tail li:last-child').getByText('late').waitFor({ state: 'attached' });
  assert.equal(await page.locator('.tail').evaluate(list => list.scrollTop), 0);
  assert.deepEqual(page.faults, []);
});
