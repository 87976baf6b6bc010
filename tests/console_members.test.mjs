// The console's pages of members, users and one's own account, and the page that a one-time link opens.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { allShipped } from './kit/backup_folder.mjs';
import { Beckon, freshAddress } from './kit/beckon.mjs';
import { filterBy, openBrowser, openConsole } from './kit/browser.mjs';
import { assertReadable, assertReadableInBothThemes } from './kit/readable.mjs';
import { needsFiles } from './kit/postgres.mjs';

const kPassword = 'a long enough password';
let beckon, browser, page;
before(async () => {
  beckon = await Beckon.start();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await beckon?.close();
});

const open = async (role, path, scheme = 'light') => {
  page = await openConsole(browser, beckon.base, { token: await beckon.token(role), path, scheme });
};
const press = (name, within = page) => within.getByRole('button', { name, exact: true }).click();
const row = text => page.getByRole('row').filter({ hasText: text });

test('an OWNER invites somebody, who opens the link, chooses a password and is in', async () => {
  await open('OWNER', '/demo/members');
  await page.getByLabel('E-mail', { exact: true }).fill('bea@staff.example');
  await page.getByLabel('Role', { exact: true }).selectOption('OPERATOR');
  await press('Create link');
  await page.getByRole('heading', { name: 'Invitation of bea@staff.example' }).waitFor();
  await assertReadable(page, 'an invitation that is shown');
  const link = await page.locator('.secret code').textContent();
  assert.match(link, /^http:.*#invitation=[\w-]{43}$/);
  await page.keyboard.press('i');
  await page.locator('.inspector').waitFor();
  assert.ok(!(await page.locator('.inspector').textContent()).includes(link.split('=')[1]), 'the inspector masks it');
  await row('bea@staff.example').waitFor();
  assert.deepEqual(page.faults, []);

  page = await openConsole(browser, beckon.base, { path: link.slice(link.indexOf('#')), scheme: 'dark' });
  await page.getByText('You are invited to demo as OPERATOR.').waitFor();
  assert.equal(new URL(page.url()).hash, '', 'the code is not left in the address');
  await page.getByLabel('New password').fill('short');
  await press('Accept the invitation');
  await page.locator('.err').waitFor();
  await assertReadable(page, 'the page of a link');
  await page.getByLabel('New password').fill(kPassword);
  await press('Accept the invitation');
  await page.locator('#me', { hasText: 'bea@staff.example' }).waitFor({ state: 'attached' });
  assert.deepEqual(
    page.faults.filter(fault => !/400/.test(fault)),
    [],
  );

  page = await openConsole(browser, beckon.base, { path: link.slice(link.indexOf('#')) });
  await page.getByText('This link was used before').waitFor();
  await press('Go to the sign-in');
  await page.getByRole('heading', { name: 'With a password' }).waitFor();
});

test('roles are changed, a transfer of ownership explains its effect, and a member is removed', async () => {
  await open('OWNER', '/demo/members', 'dark');
  await press('Change bea@staff.example');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Role').selectOption('OWNER');
  await dialog.getByText('becomes its owner, and you become an operator').waitFor();
  await assertReadable(page, 'a transfer');
  await dialog.getByLabel('Role').selectOption('CREATOR');
  await press('Save', dialog);
  await row('bea@staff.example').getByText('CREATOR').waitFor();
  await press('Change bea@staff.example');
  await press('Remove from demo', page.getByRole('dialog'));
  await row('bea@staff.example').waitFor({ state: 'detached' });
  assert.deepEqual(page.faults, []);
  await open('CREATOR', '/demo/members');
  await page.getByText('Needs the role Owner on demo; you have Creator.').waitFor();
});

test('a user sees where they are signed in, ends the others, and changes the password', async () => {
  const body = { email: 'bea@staff.example', password: kPassword };
  const signIn = async () => (await beckon.call('POST', '/v2/auth/login', { body, from: freshAddress() })).json;
  const [other, mine] = [await signIn(), await signIn()];
  page = await openConsole(browser, beckon.base, { token: mine.accessToken, path: '/-/account' });
  await page.getByText('this one').waitFor();
  await assertReadable(page, 'the account');
  await press('End all others');
  await page.getByText('There is no other sign-in.').waitFor();
  const standing = async token => (await beckon.call('GET', '/v2/auth/me', { token })).status;
  assert.deepEqual([await standing(other.accessToken), await standing(mine.accessToken)], [401, 200]);
  await page.getByLabel('Current password').fill('not this one, surely');
  await page.getByLabel('New password').fill('another long password');
  await press('Change password');
  await page.getByText('The e-mail address or the password is wrong.').waitFor();
  await page.getByLabel('Current password').fill(kPassword);
  await press('Change password');
  await page.getByText('Password changed').waitFor();
  await page.reload();
  await page.getByText('this one').waitFor();
  assert.equal(await standing(mine.accessToken), 401, 'the page goes on with the new token');
  await open('OPERATOR', '/demo/account');
  await page.getByText('which belongs to no user').waitFor();
});

test('a platform admin sees the state of the backup folder', { skip: needsFiles }, async t => {
  await open('PLATFORM_ADMIN', '/-/backups');
  await page.getByText('The server ships its commits to no folder.').waitFor();
  const folder = join(mkdtempSync(join(tmpdir(), 'beckon-backups-')), 'folder');
  const ships = await Beckon.start({ flags: ['--dev', '--backup-folder', folder, '--backup-every', '1s'] });
  t.after(() => ships.close());
  t.after(() => rmSync(dirname(folder), { recursive: true, force: true }));
  await allShipped(ships);
  const token = await ships.token('PLATFORM_ADMIN');
  page = await openConsole(browser, ships.base, { token, path: '/-/backups' });
  await page.getByText('Every commit is in the folder within its interval.').waitFor();
  await page.getByText(folder).waitFor();
  await assertReadableInBothThemes(page, 'the backups');
  assert.deepEqual(page.faults, []);
  page = await openConsole(browser, ships.base, { token: await ships.token('OWNER'), path: '/-/backups' });
  await page
    .getByText(/platform admin/)
    .first()
    .waitFor();
});

test('a platform admin makes a password link, disables and deletes a user', async () => {
  await open('PLATFORM_ADMIN', '/-/users');
  await page.getByRole('form', { name: 'New user' }).getByLabel('E-mail').fill('cy@staff.example');
  await press('Create');
  await press('Open cy@staff.example');
  await assertReadable(page, 'a user');
  await press('Create password link', page.getByRole('dialog'));
  const link = await page.locator('.secret code').textContent();
  await press('Open cy@staff.example');
  await press('Disable', page.getByRole('dialog'));
  await row('cy@staff.example').getByText('disabled').waitFor();
  await assertReadable(page, 'the users');
  const refused = await openConsole(browser, beckon.base, { path: link.slice(link.indexOf('#')) });
  await refused.getByLabel('New password').fill(kPassword);
  await press('Set the password', refused);
  await refused.getByText('The user cy@staff.example is disabled.').waitFor();
  await press('Open cy@staff.example');
  await press('Delete', page.getByRole('dialog'));
  await press('Delete for good', page.getByRole('dialog'));
  await row('cy@staff.example').waitFor({ state: 'detached' });
  assert.deepEqual(page.faults, []);
});

test('the audit log is filtered, shows previous values, and is exported', async () => {
  await open('OPERATOR', '/demo/audit');
  await row('Role withdrawn').first().waitFor();
  await filterBy(page, 'Action', 'invitation.');
  await row('Invitation accepted').waitFor();
  await row('Role withdrawn').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Remove the filter Action' }).click();
  await filterBy(page, 'Action', 'grant.delete');
  const change = row('Role withdrawn').first();
  await change.getByTitle('grant.delete').waitFor();
  assert.match(await change.innerText(), /role\s*(CREATOR|OPERATOR)/, 'the previous value');
  assert.match(page.url(), /action=grant\.delete/);
  await assertReadable(page, 'the audit log');
  const [saved] = await Promise.all([page.waitForEvent('download'), press('Export all as NDJSON')]);
  assert.equal(saved.suggestedFilename(), 'audit-demo.ndjson');
  const chunks = [];
  for await (const chunk of await saved.createReadStream()) chunks.push(chunk);
  const lines = Buffer.concat(chunks).toString().trimEnd().split('\n');
  const own = await beckon.as('OPERATOR', 'GET', '/audit-events/export');
  assert.deepEqual(lines, own.text.trimEnd().split('\n'));
  await filterBy(page, 'Who', 'nobody@staff.example');
  await page.getByText('No event matches these filters.').waitFor();
  assert.deepEqual(page.faults, []);
});
