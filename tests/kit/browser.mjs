// Drives Debian's Chromium: pages that record every policy violation and every script error.
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { until } from './wait.mjs';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const wholeBrowser = process.env.CHROMIUM ?? '/usr/bin/chromium';
// The same engine without the windows of a browser, which draw themselves beside each page: a page costs half as much.
const shell = '/usr/bin/chromium-headless-shell';
const drivenBrowser = process.env.CHROMIUM || !existsSync(shell) ? wholeBrowser : shell;

// SLOW_PAGES=4 makes pages so many times slower, which shows tests that hold only where a page is quick.
const slowness = Number(process.env.SLOW_PAGES ?? 1);

// A browser that nobody drives: it opens a page, which goes on by itself. A driven one does not prerender.
export function openAlone(url) {
  const profile = mkdtempSync(join(tmpdir(), 'beckon-browser-'));
  const args = [...flags, '--headless=new', '--remote-debugging-port=0', `--user-data-dir=${profile}`, url];
  const child = spawn(wholeBrowser, args, { stdio: 'ignore', detached: true });
  const ended = new Promise(done => child.once('exit', done));
  return {
    async close() {
      process.kill(-child.pid, 'SIGKILL');
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

// A `whole` browser, as visitors have, is for pages that are left and come back. With `keepsPages`, the back/forward cache
// is on, which only that has, and with `showsScrollbars` scrollbars take room.
export const openBrowser = ({ keepsPages = false, whole = keepsPages, showsScrollbars = false } = {}) =>
  chromium.launch({
    executablePath: whole ? wholeBrowser : drivenBrowser,
    args: flags,
    ignoreDefaultArgs: [
      ...(keepsPages ? ['--disable-back-forward-cache'] : []),
      ...(showsScrollbars ? ['--hide-scrollbars'] : []),
    ],
  });

// A page with its own profile on the server's console, signed in if a token is given. `page.faults` has all errors.
export async function openConsole(
  browser,
  base,
  { token, path = '', width = 1440, height = 1000, scheme = 'light', ...more } = {},
) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    permissions: ['clipboard-read', 'clipboard-write'],
    ...more,
  });
  const page = await context.newPage();
  page.faults = [];
  page.on('pageerror', error => page.faults.push(error.stack ?? error.message));
  page.on('console', line => {
    if (/Content Security Policy|Trusted ?Type|violat/i.test(line.text())) page.faults.push(line.text());
  });
  page.setDefaultTimeout(15_000);
  if (slowness > 1)
    await (await context.newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate: slowness });
  const home = `${base}/apps/lifecycle-messaging`;
  await page.goto(home + path);
  if (token) {
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Sign in with token' }).click();
    await page.locator('.top').waitFor();
  }
  return page;
}

// Follows a link within the console, to a path behind the console's own: the page is not loaded again.
export async function follow(page, path) {
  await page.evaluate(address => {
    const link = document.createElement('a');
    link.href = address;
    document.body.append(link);
    link.click();
    link.remove();
  }, `/apps/lifecycle-messaging${path}`);
  await page.locator('h1').waitFor();
  await page.waitForFunction(() => !document.querySelector('.loading, [aria-busy=true]'));
}

// The one-time link to the console from the banner of `--dev`.
export const linkIn = log => /console +(http\S+#[\w-]{43})/.exec(log)?.[1];

export const copied = page => page.evaluate(() => navigator.clipboard.readText());

// The menu of the user's account, opened.
export async function accountMenu(page) {
  const menu = page.locator('#me');
  if (!(await menu.isVisible())) await page.getByRole('button', { name: /account menu$/ }).click();
  return menu;
}

export const signOut = async page => (await accountMenu(page)).getByRole('button', { name: 'Sign out' }).click();

// A chip of a list's filters, which opens what can be chosen.
const chip = (page, name) => page.locator('.filters').getByRole('button', { name: new RegExp(`^${name}(:|$)`) });

// Chooses one of its choices.
export async function choose(page, name, choice) {
  await chip(page, name).click();
  await page.getByRole('group', { name, exact: true }).getByRole('button', { name: choice, exact: true }).click();
}

// Filters by a text.
export async function filterBy(page, name, text) {
  await chip(page, name).click();
  const opened = page.getByRole('group', { name, exact: true });
  await opened.getByLabel(name, { exact: true }).fill(text);
  await opened.getByRole('button', { name: 'Apply' }).click();
}

const inspector = page => page.getByRole('button', { name: 'Inspector', exact: true });

// Does it with the inspector open, which covers what is behind it, and closes it again if it was closed.
async function inspected(page, look) {
  const isOpen = (await inspector(page).getAttribute('aria-expanded')) === 'true';
  if (!isOpen) await inspector(page).click();
  const found = await look();
  if (!isOpen) await inspector(page).click();
  return found;
}

// The request that the inspector shows, as "POST /v2/… → 202".
export const shownRequest = page =>
  inspected(page, () => page.locator('.inspector .last').evaluate(list => list.selectedOptions[0].textContent));

// The command copied by the inspector's button.
export const copiedCurl = page =>
  inspected(page, async () => {
    await page.evaluate(() => navigator.clipboard.writeText(''));
    await page.locator('.inspector').getByRole('button', { name: 'Copy as cURL', exact: true }).click();
    return until('it is copied', () => copied(page));
  });

// Runs a copied command in a shell, and returns the status that curl got.
export function statusOf(command, { base, token }) {
  const script = `curl() { command curl -o /dev/null -w '%{http_code}' "$@"; }\n${command}\n`;
  return new Promise((done, refuse) =>
    execFile(
      'bash',
      ['-euc', script],
      { env: { PATH: process.env.PATH, API_BASE: base, JWT_TOKEN: token } },
      (error, out, err) => (error ? refuse(new Error(`${err}\n${command}`)) : done(Number(out))),
    ),
  );
}
