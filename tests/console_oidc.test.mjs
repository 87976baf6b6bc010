// Sign-in through an identity provider in Chromium: the button, the provider's own pages, and back.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Beckon } from './kit/beckon.mjs';
import { openBrowser, openConsole } from './kit/browser.mjs';
import { beckonWithProvider, kBrowser, throughThePages } from './kit/provider.mjs';

let beckon, provider, browser;
before(async () => {
  ({ beckon, provider } = await beckonWithProvider({
    more: '[[provider.role]]\ngroup = "messaging"\nhandle = "demo"\nrole = "OPERATOR"\n',
  }));
  provider.accounts.set('ada', { email: 'ada@example.com', email_verified: true, groups: ['messaging'] });
  provider.accounts.set('eve', { email: 'eve@example.com', email_verified: false, groups: ['messaging'] });
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await beckon?.close();
  await provider?.close();
});

const shots = process.env.SCREENSHOTS;
const shoot = async (page, name) => shots && page.screenshot({ path: `${shots}/${name}.png` });

// Fills in the provider's form, and agrees to what the console asks for.
async function throughTheProvider(page, login) {
  await page.waitForURL(`${provider.issuer}/**`);
  await page.locator('[name=login]').fill(login);
  await page.locator('[name=password]').fill('any');
  await page.locator('[type=submit]').click();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.waitForURL(`${beckon.base}/**`);
}
const withAccount = page => page.getByRole('button', { name: 'Sign in with Acme SSO' });

describe('the sign-in page', () => {
  test('has a button for the provider, which leads there and back to the page where it began', async () => {
    const page = await openConsole(browser, beckon.base, { path: '/demo/deliveries?status=failed' });
    await withAccount(page).waitFor();
    await shoot(page, 'sign-in');
    await withAccount(page).click();
    await throughTheProvider(page, 'ada');
    await page.locator('.top').waitFor();
    assert.equal(page.url(), `${beckon.base}/apps/lifecycle-messaging/demo/deliveries?status=failed`);
    await shoot(page, 'signed-in');
    await page.getByText('ada@example.com').first().waitFor({ state: 'attached' }); // in the account menu
    assert.equal(await page.evaluate(() => sessionStorage.getItem('beckon.provider')), null);
    await page.reload();
    await page.locator('.top').waitFor();

    // Who signs out at the provider is signed out here, without doing anything.
    await provider.signOut('ada');
    await page.getByText('You are signed out.').or(page.getByRole('dialog')).first().waitFor();
    await shoot(page, 'signed-out-at-the-provider');
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });

  test('says why a sign-in was refused, and offers another try', async () => {
    const page = await openConsole(browser, beckon.base);
    await withAccount(page).click();
    await throughTheProvider(page, 'eve');
    const note = page.getByRole('alert');
    await note.waitFor();
    assert.match(await note.textContent(), /has not verified your e-mail address/);
    assert.ok(!page.url().includes('code='), 'the code is gone from the address');
    await withAccount(page).waitFor();
    await shoot(page, 'refused');
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });

  test('says so when the user gives up at the provider', async () => {
    const page = await openConsole(browser, beckon.base);
    await withAccount(page).click();
    await page.waitForURL(`${provider.issuer}/**`);
    await page.locator('a[href$="/abort"]').click();
    await page.getByRole('alert').waitFor();
    assert.match(await page.getByRole('alert').textContent(), /did not sign you in: access_denied/);
    await shoot(page, 'given-up');
    await page.context().close();
  });

  test('refuses a sign-in that another browser began', async () => {
    const started = await beckon.call('POST', '/v2/auth/oidc/corp/start', { body: { browser: kBrowser } });
    const back = await throughThePages(started.json.authorizeUrl, 'ada');
    const page = await openConsole(browser, beckon.base, { path: `/${back.search}` });
    await page.getByRole('alert').waitFor();
    assert.match(await page.getByRole('alert').textContent(), /started in another browser or tab/);
    assert.equal(await page.locator('.top').count(), 0);
    await page.context().close();
  });

  test('has no such button where there is no provider', async () => {
    const plain = await Beckon.start();
    const page = await openConsole(browser, plain.base);
    await page.getByRole('heading', { name: 'With a password' }).waitFor();
    await page.waitForLoadState('networkidle');
    assert.equal(await page.getByRole('button', { name: /Sign in with/ }).count(), 1, 'with a token alone');
    await page.context().close();
    await plain.close();
  });
});
