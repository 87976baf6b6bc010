// The console's page of access tokens: made, used, rotated and deleted by hand.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Beckon } from './kit/beckon.mjs';
import { openBrowser, openConsole } from './kit/browser.mjs';
import { assertReadable } from './kit/readable.mjs';

let beckon, browser, page;
before(async () => {
  beckon = await Beckon.start();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await beckon?.close();
});

const open = async (role, scheme) => {
  page = await openConsole(browser, beckon.base, { token: await beckon.token(role), path: '/demo/tokens', scheme });
};
const press = (name, within = page) => within.getByRole('button', { name, exact: true }).click();
const one = () => page.getByRole('row').filter({ hasText: 'Shop backend' });
const shown = () => page.locator('.secret code').textContent();
const status = async token =>
  (
    await beckon.call('POST', '/v2/public/handles/demo/chain/resolve', {
      token,
      body: { sessionId: 'sess-1', trigger: 't' },
    })
  ).status;

test('a token is created with the chosen scopes, and shown once', async () => {
  await open('OPERATOR', 'light');
  await page.getByText('No access tokens yet. Create one below.').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Create' }).getAttribute('aria-disabled'), 'true');
  const names = await page.locator('fieldset code').allTextContents();
  const { json: document } = await beckon.call('GET', '/openapi.json');
  assert.deepEqual(names.toSorted(), document.components.schemas.Scope.enum.toSorted());
  await page.getByLabel('Name', { exact: true }).fill('Shop backend');
  await page.getByLabel('chain.resolve').check();
  await page.getByLabel('chain.signal.write').check();
  await press('Create');
  await page.getByRole('heading', { name: 'Token of Shop backend' }).waitFor();
  const token = await shown();
  assert.match(token, /^patv1_/);
  await assertReadable(page, 'a token that is shown');
  await press('Copy token');
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), token);
  assert.equal(await status(token), 200);
  assert.deepEqual(await one().locator('.chip').allTextContents(), ['chain.signal.write', 'chain.resolve']);
  await page.keyboard.press('i');
  await page.locator('.inspector').waitFor();
  const secret = token.split('.')[1];
  assert.ok(!(await page.locator('.inspector').textContent()).includes(secret), 'the inspector masks it');
  await page.reload();
  await one().locator('td[data-l="Last used"] time').waitFor();
  assert.ok(!(await page.content()).includes(secret));
  assert.deepEqual(page.faults, []);
});

test('it is rotated with an overlap, and deleted', async () => {
  await open('OPERATOR', 'dark');
  await press('Rotate', one());
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('The old one also works').selectOption('for 1 hour');
  await assertReadable(page, 'rotating');
  await press('Rotate', dialog);
  await page.locator('.secret').waitFor();
  const token = await shown();
  await one().getByText('the previous token also works until').waitFor();
  assert.equal(await status(token), 200);
  await press('Delete', one());
  await press('Delete', page.getByRole('dialog'));
  await page.getByText('No access tokens yet. Create one below.').waitFor();
  assert.equal(await status(token), 401);
  assert.deepEqual(page.faults, []);
});

test('a server error is shown at its field', async () => {
  await open('OPERATOR', 'light');
  await page.getByLabel('Name', { exact: true }).fill('x'.repeat(65));
  await page.getByLabel('audit.read').check();
  await page.getByLabel('Expires').fill('2020-01-01T00:00');
  await press('Create');
  await page.getByText('must be a text of 1 to 64 characters without control characters').waitFor();
  await page.getByText('must be an RFC 3339 time in the future').waitFor();
});

test('shows a CREATOR which role is required', async () => {
  await open('CREATOR', 'light');
  await page.getByText('Needs the role Operator on demo; you have Creator.').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Create' }).count(), 0);
});
