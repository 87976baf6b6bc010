// Unsaved changes in the console: kept until they are saved, or until the user has agreed to discard them.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { Beckon } from './kit/beckon.mjs';
import { openBrowser, openConsole, signOut } from './kit/browser.mjs';

let beckon, browser, page, token;
const stored = async () => (await beckon.as('CREATOR', 'GET', '/chain-rules/winback')).json;
const name = () => page.getByLabel('Name', { exact: true });
const question = () => page.getByRole('dialog', { name: 'Discard unsaved changes?' });
const answer = text => question().getByRole('button', { name: text }).click();
const heading = text => page.getByRole('heading', { level: 1, name: text, exact: true }).waitFor();
const link = text => page.getByRole('link', { name: text, exact: true }).first();

before(async () => {
  beckon = await Beckon.start({ flags: ['--dev'] });
  browser = await openBrowser();
  token = await beckon.token('OPERATOR');
});
after(async () => {
  await browser?.close();
  await beckon?.close();
});
// From the list of rules, one is opened.
beforeEach(async () => {
  await beckon.as('CREATOR', 'PUT', '/chain-rules/winback', {
    name: 'Win back',
    status: 'live',
    triggers: ['checkout'],
    when: { all: [{ count: { key: 'cart' }, atLeast: 1 }] },
    action: { type: 'popup', payload: { title: 'Come back' } },
  });
  page = await openConsole(browser, beckon.base, { token, path: '/demo/rules' });
  await page.getByRole('link', { name: 'Win back', exact: true }).click();
  await name().waitFor();
});

afterEach(async () => {
  await page?.context().close();
});

test('a rule that was only read is left without a question', async () => {
  await link('Sessions').click();
  await heading('Sessions');
  assert.equal(await question().count(), 0);
  assert.deepEqual(page.faults, []);
});

test('a link asks first: staying keeps what was typed, discarding leaves and changes nothing', async () => {
  await name().fill('Come back soon');
  await page.getByText('Unsaved changes', { exact: true }).waitFor();
  await link('Sessions').click();
  await answer('Keep editing');
  assert.equal(await name().inputValue(), 'Come back soon');
  assert.match(page.url(), /\/demo\/rules\/winback$/);
  await link('Sessions').click();
  await answer('Discard changes');
  await heading('Sessions');
  assert.equal((await stored()).name, 'Win back');
  assert.deepEqual(page.faults, []);
});

test('the browser’s Back and Forward ask first, and its history stays as it was', async () => {
  await name().fill('Typed before Back');
  await page.goBack();
  await question().waitFor();
  await page.keyboard.press('Escape');
  assert.match(page.url(), /\/demo\/rules\/winback$/);
  assert.equal(await name().inputValue(), 'Typed before Back');
  await page.goBack();
  await answer('Discard changes');
  await heading('Rules');
  await page.goForward();
  await name().waitFor();
  assert.equal(await name().inputValue(), 'Win back');
  await link('Sessions').click();
  await heading('Sessions');
  await page.goBack();
  await name().fill('Typed before Forward');
  await page.goForward();
  await answer('Discard changes');
  await heading('Sessions');
  assert.deepEqual(page.faults, []);
});

test('form and JSON are two views of the same changes, and neither asks', async () => {
  await name().fill('Seen twice');
  await link('JSON').click();
  const text = page.getByRole('textbox', { name: 'Rule, as JSON' });
  await text.waitFor();
  assert.match(await text.innerText(), /"Seen twice"/);
  await link('Edit').click();
  assert.equal(await name().inputValue(), 'Seen twice');
  assert.equal(await question().count(), 0);
});

test('while the JSON is invalid the form is locked, and nothing typed there is lost', async () => {
  await link('JSON').click();
  const text = page.getByRole('textbox', { name: 'Rule, as JSON' });
  await text.click();
  await page.keyboard.press('Control+A');
  await page.keyboard.type('{ bad');
  await page
    .getByText(/^Invalid JSON:/)
    .first()
    .waitFor();
  await link('Edit').click();
  await page.getByText('The form is locked until the JSON is valid.').waitFor();
  assert.equal(await name().count(), 0);
  assert.match(await page.getByRole('group', { name: 'Save' }).innerText(), /^Unsaved changes/);
  await page.getByRole('button', { name: 'Back to JSON' }).click();
  await text.waitFor();
  assert.match(await text.innerText(), /^\{ bad\}?$/);
  await page.getByRole('button', { name: 'Discard' }).click();
  await link('Edit').click();
  assert.equal(await name().inputValue(), 'Win back');
  assert.equal((await stored()).name, 'Win back');
  assert.deepEqual(page.faults, [], 'typing in the editor violates no policy');
});

test('closing or reloading the page asks too', async () => {
  await name().fill('Typed before leaving');
  const asked = page.waitForEvent('dialog');
  const closed = page.close({ runBeforeUnload: true });
  const dialog = await asked;
  assert.equal(dialog.type(), 'beforeunload');
  await dialog.dismiss();
  await closed;
  assert.equal(await name().inputValue(), 'Typed before leaving');
});

test('signing out asks first', async () => {
  await name().fill('Typed before signing out');
  await signOut(page);
  await answer('Keep editing');
  assert.equal(await name().inputValue(), 'Typed before signing out');
  await signOut(page);
  await answer('Discard changes');
  await page.getByLabel('Token').waitFor();
});

test('once saved there is nothing to ask, and the confirmation says what came of it', async () => {
  for (const [status, says] of [
    ['draft', 'Saved as draft'],
    ['live', 'Published'],
  ]) {
    await name().fill(`Stored as ${status}`);
    if (status === 'live') {
      await page.getByRole('button', { name: /^Review and publish/ }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
    } else {
      await page.getByRole('button', { name: 'Save as draft' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Save as draft' }).click();
    }
    await page.getByText(says, { exact: true }).waitFor();
    assert.deepEqual([(await stored()).name, (await stored()).status], [`Stored as ${status}`, status]);
  }
  assert.equal(await page.getByText('Unsaved changes', { exact: true }).count(), 0);
  await link('Sessions').click();
  await heading('Sessions');
});

test('a new rule, once saved, has its own address, and going back from there does not ask', async () => {
  await link('Rules').click();
  await link('New rule').click();
  await page.getByLabel('Id', { exact: true }).fill('brand-new');
  await link('Sessions').click();
  await answer('Keep editing');
  await page.getByRole('button', { name: 'Save as draft' }).click();
  await page.getByText('Saved as draft', { exact: true }).waitFor();
  await page.waitForURL(/\/demo\/rules\/brand-new$/);
  await page.goBack();
  await heading('Rules');
  assert.equal(await question().count(), 0);
  assert.equal((await beckon.as('CREATOR', 'DELETE', '/chain-rules/brand-new')).status, 204);
});

test('the allowlist asks as well', async () => {
  const admin = await openConsole(browser, beckon.base, {
    token: await beckon.token('PLATFORM_ADMIN'),
    path: '/-/allowlist',
  });
  const egress = admin.getByLabel('Allowed outbound hosts');
  await egress.fill('hooks.internal.example');
  const asked = admin.waitForEvent('dialog');
  const closed = admin.close({ runBeforeUnload: true });
  await (await asked).dismiss();
  await closed;
  await admin.getByRole('button', { name: 'Save', exact: true }).click();
  await admin.getByText('Allowlist saved').waitFor();
  await signOut(admin);
  await admin.getByLabel('Token').waitFor();
  await admin.context().close();
});
