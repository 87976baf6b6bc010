// What the console asks of the past: what it would be at another time, what was served, what other rules would have done.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Beckon } from './kit/beckon.mjs';
import { openBrowser, openConsole } from './kit/browser.mjs';
import { until } from './kit/wait.mjs';

let beckon, browser, page;
const rescue = {
  name: 'Save the cart',
  triggers: ['checkout'],
  priority: 5,
  when: { all: [{ count: { key: 'cart' }, within: '30m', atLeast: 1 }] },
  action: { type: 'popup' },
};
before(async () => {
  beckon = await Beckon.start();
  browser = await openBrowser();
  await beckon.as('CREATOR', 'PUT', '/chain-rules/rescue', rescue);
  await beckon.signal('sess-1', { type: 'cart', signalValue: 'add' });
  await beckon.chain('resolve', { sessionId: 'sess-1', trigger: 'checkout' });
  await until(
    'it is recorded',
    async () => (await beckon.as('CREATOR', 'GET', '/chain/sess-1')).json.decisions.length === 1,
  );
  page = await openConsole(browser, beckon.base, {
    token: await beckon.token('OPERATOR'),
    path: '/demo/resolve?session=sess-1',
  });
});
after(async () => {
  await browser?.close();
  await beckon?.close();
});

test('evaluated at another time, the decision differs, and nothing is recorded', async () => {
  const would = page.getByRole('region', { name: 'Evaluate at another time' });
  await would.getByRole('button', { name: 'in a day' }).click();
  await would.getByRole('button', { name: 'Evaluate', exact: true }).click();
  const card = would.getByRole('article', { name: 'Decision at checkout' });
  await card.getByText('hypothetical, not served').waitFor();
  assert.match(await card.innerText(), /No rule matched[\s\S]*rescue\s+no match/);
  assert.equal((await beckon.as('CREATOR', 'GET', '/chain/sess-1')).json.decisions.length, 1);
});

test('the served decision is shown next to it, and links to the decision as recorded', async () => {
  await page
    .getByRole('region', { name: 'Served' })
    .getByRole('link', { name: /checkout/ })
    .click();
  await page.getByRole('heading', { level: 1, name: 'Decision' }).waitFor();
  const card = page.getByRole('article', { name: 'Decision at checkout' });
  await card.getByText('matched, selected').waitFor();
  await page.getByText('As served').waitFor();
});

test('a draft is simulated on recorded sessions: which would have been decided differently', async () => {
  await beckon.as('CREATOR', 'PUT', '/chain-rules/first', {
    ...rescue,
    name: 'First',
    priority: 90,
    status: 'draft',
    action: { type: 'banner' },
  });
  await page.goto(`${beckon.base}/apps/lifecycle-messaging/demo/rules/first`);
  await page.getByRole('link', { name: 'Simulate' }).click();
  await page.getByRole('heading', { level: 1, name: 'Simulate' }).waitFor();
  await page.getByRole('button', { name: /^Run/ }).click();
  const found = page.getByRole('region', { name: 'Hypothetical results' });
  await found.getByText(/1 session would have received a different decision/).waitFor();
  assert.match(
    await found.getByRole('region', { name: 'Changed sessions' }).innerText(),
    /sess-1[\s\S]*Acted\s+Save the cart[\s\S]*Acted\s+First/,
  );
  assert.deepEqual(page.faults, []);
});
