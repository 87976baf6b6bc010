// Long lists and long watches in the console: what is in the document and in memory stays the same.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
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

const kRows = 200; // in the document, at most
// Milliseconds of the main thread, at most. On a quiet machine the longest task takes 20 to 50; other processes make that
// twice as long, and drawing all rows at once would take seconds.
const kTask = 500;

// The tasks of the page's main thread while `act` runs: milliseconds of its processor's time, so that what else the
// machine does is not counted.
async function tasksDuring(act) {
  const session = await page.context().newCDPSession(page);
  const events = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...value));
  const over = new Promise(done => session.once('Tracing.tracingComplete', done));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', 'devtools.timeline', '__metadata'] },
  });
  await act();
  await session.send('Tracing.end');
  await over;
  await session.detach();
  const here = events.filter(one => one.name === 'UpdateLayoutTree' || one.name === 'Layout');
  const { pid, tid } = here.at(-1) ?? assert.fail('the trace has nothing of the page');
  // One that had begun before the trace, or goes on after it, has no time.
  const tasks = events.filter(
    one => one.name === 'ThreadControllerImpl::RunTask' && one.pid === pid && one.tid === tid && one.tdur !== undefined,
  );
  assert.ok(tasks.length > 100, `${tasks.length} tasks`);
  return tasks.map(one => one.tdur / 1000);
}

const list = () => page.locator('.long');
const listed = async () => Number(await list().getAttribute('aria-rowcount')) - 1;
const inDocument = () => page.locator('.long tbody tr').count();

// Scrolls to the end, which loads more, until all are listed; and back to the top.
async function scrollThrough(count) {
  let most = 0;
  await until(
    'all are in the list',
    async () => {
      await page.mouse.wheel(0, 20_000);
      most = Math.max(most, await inDocument());
      return (await listed()) >= count;
    },
    90_000,
  );
  while (await page.evaluate(() => document.scrollingElement.scrollTop > 0)) {
    await page.mouse.wheel(0, -15_000);
    most = Math.max(most, await inDocument());
  }
  return most;
}

async function scrolls(t, count) {
  await list().locator('tr[data-id]').first().waitFor();
  const before = { elements: await elements(), heap: await heap() };
  await page.mouse.move(700, 500);
  let most = 0;
  const tasks = await tasksDuring(async () => {
    most = await scrollThrough(count);
  });
  await list().locator('tr[aria-rowindex="2"]').waitFor();
  assert.ok(most <= kRows, `${most} rows in the document`);
  assert.ok((await elements()) < before.elements + 500, `${before.elements} elements, then ${await elements()}`);
  const grown = (await heap()) - before.heap;
  assert.ok(grown < 15, `${grown.toFixed(1)} MB for ${count} rows`);
  const longest = Math.max(...tasks);
  t.diagnostic(
    `${most} rows, ${tasks.length} tasks, the longest took ${longest.toFixed(1)} ms, ${grown.toFixed(1)} MB`,
  );
  assert.ok(longest <= kTask, `a task took ${longest.toFixed(1)} ms`);
  assert.deepEqual(page.faults, []);
}

test('ten thousand deliveries are scrolled through with no long task and no more rows in the document than fit around the window', async t => {
  await page.goto(`${beckon.base}/apps/lifecycle-messaging/demo/deliveries?subscription=${subscriptionId}`);
  await scrolls(t, kMany);
});

test('likewise ten thousand people', async t => {
  for (let first = 0; first < kMany; first += 100) {
    const visitors = Array.from({ length: 100 }, (_, index) => ({
      visitorId: `customer-${String(first + index).padStart(5, '0')}`,
      set: { plan: 'pro' },
    }));
    const { status, text } = await beckon.as('OPERATOR', 'POST', '/visitors/batch', { visitors });
    assert.equal(status, 200, text);
  }
  await page.goto(`${beckon.base}/apps/lifecycle-messaging/demo/people`);
  await scrolls(t, kMany);
});

test('a list of any length is navigated by keyboard, and exported whole', async () => {
  await page.goto(`${beckon.base}/apps/lifecycle-messaging/demo/people?q=customer-09`);
  await list().getByText('customer-09000').waitFor();
  // All at once, as where a key is held down on a busy machine: no row is drawn between two of them.
  await page.evaluate(() => {
    for (let row = 0; row < 60; row += 1) dispatchEvent(new KeyboardEvent('keydown', { key: 'j' }));
  });
  await page.keyboard.press('k');
  const at = row => page.waitForFunction(text => document.activeElement.textContent === text, row);
  await at('customer-09058');
  assert.ok(
    await page.evaluate(() => {
      const { top, bottom } = document.activeElement.getBoundingClientRect();
      return top > 0 && bottom < innerHeight;
    }),
    'it is in view',
  );
  for (let row = 0; row < 30; row += 1) await page.keyboard.press('j');
  await at('customer-09088');
  await page.keyboard.press('k');
  await at('customer-09087');
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export CSV' }).click(),
  ]);
  const lines = readFileSync(await saved.path(), 'utf8')
    .trimEnd()
    .split('\r\n');
  assert.equal(lines[0], 'id,visitorId,foundBy,ids,sessions,firstSeenAt,lastSeenAt');
  assert.deepEqual(
    lines.slice(1).map(line => line.split(',')[0]),
    Array.from({ length: 1000 }, (_, index) => `customer-${String(9000 + index).padStart(5, '0')}`),
  );
});

test('an hour of the live feed, sped up: as many lines as before, and no more memory', async t => {
  const kBefore = 2_000,
    kHour = 18_000,
    kRound = 200; // five signals a second; no more at once than the server holds for one reader
  await page.goto(`${beckon.base}/apps/lifecycle-messaging/demo/live`);
  await page.getByText(/^live, /i).waitFor();
  await page.evaluate(() => {
    globalThis.slow = 0;
    new PerformanceObserver(list => {
      globalThis.slow += list.getEntries().length;
    }).observe({ type: 'longtask' });
  });
  const ended = async name => {
    await beckon.as('CREATOR', 'POST', '/chain/signals', { sessionId: freshSession('end'), signals: [{ type: name }] });
    await page.locator('.tail tbody tr:first-child').getByText(name).waitFor({ timeout: 60_000 });
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
  const lines = page.locator('.tail tbody tr');
  assert.equal(await lines.count(), 200);
  assert.ok((await elements()) < before.elements + 50, `${before.elements} elements, then ${await elements()}`);
  const grown = (await heap()) - before.heap;
  t.diagnostic(
    `${grown.toFixed(1)} MB more after ${kHour} lines, ${await page.evaluate(() => globalThis.slow)} tasks of more than 50 ms`,
  );
  assert.ok(grown < 5, `${grown.toFixed(1)} MB`);
  assert.ok(
    parseInt((await page.getByText('older entries are not shown').innerText()).replace(',', ''), 10) >=
      kBefore + kHour - 200,
    'what is not shown is counted',
  );
});

test('paused, the feed stands still and counts new lines; filtered and cleared, it shows the rest', async () => {
  const first = page.locator('.tail tbody tr').first();
  await page.keyboard.press('p');
  const before = await first.innerText();
  await send(400, 'tock');
  await page.getByText('paused, 400 new').waitFor(); // those counted in that the server did not hold for a reader that is slow
  assert.equal(await first.innerText(), before);
  await page.keyboard.press('p');
  await first.getByText('tock').waitFor();
  const signal = type =>
    beckon.as('CREATOR', 'POST', '/chain/signals', { sessionId: freshSession('end'), signals: [{ type }] });
  await page.getByRole('searchbox').fill('LATE');
  await page.getByText('Nothing that has arrived matches').waitFor();
  assert.match(page.url(), /[?&]q=LATE/);
  await signal('late');
  await first.getByText('late').waitFor();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await first.getByText('late').waitFor();
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await first.waitFor({ state: 'detached' });
  await signal('after');
  await first.getByText('after').waitFor();
  assert.equal(await page.locator('[role=status], [aria-live]').count(), 1, 'one live region');
  assert.deepEqual(page.faults, []);
});
