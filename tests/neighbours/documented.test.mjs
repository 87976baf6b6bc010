// The snippets of docs/neighbours.md, run as they are written there against a server of ours.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Beckon, root } from '../kit/beckon.mjs';
import { openBrowser } from '../kit/browser.mjs';
import { bundled } from '../kit/bundle.mjs';
import { accessToken } from '../kit/neighbours.mjs';
import { openShop } from '../kit/shop.mjs';
import { until } from '../kit/wait.mjs';

const text = readFileSync(join(root, 'docs/neighbours.md'), 'utf8');
// Of the libraries that send signals: those of others in the document have tests of their own.
const kSending = /from '(@segment|@rudderstack|@snowplow|posthog)/;
const snippets = [...text.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code).filter(code => kSending.test(code));
const ofBrowsers = /analytics-next|analytics-js|browser-tracker/;

let beckon, token, folder, shop, browser;
before(async () => {
  beckon = await Beckon.start();
  token = await accessToken(beckon);
  folder = mkdtempSync(join(root, 'tests/neighbours/node_modules/.documented-'));
  shop = await openShop('<!doctype html><title>Shop</title>');
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await shop?.close();
  rmSync(folder, { recursive: true, force: true });
  await beckon?.close();
});

const here = code => code.replaceAll('https://beckon.example.com', beckon.base).replaceAll("'acme'", "'demo'");
async function stored() {
  const { json } = await beckon.as('OPERATOR', 'GET', '/chain?limit=200');
  return json.items.reduce((sum, { version }) => sum + version, 0);
}

async function onAServer(code) {
  const file = join(folder, 'snippet.mjs');
  writeFileSync(file, here(code));
  await promisify(execFile)(process.execPath, [file], { env: { ...process.env, BECKON_TOKEN: token } });
}

async function inABrowser(code) {
  const page = await (await browser.newContext()).newPage();
  await page.goto(shop.origin);
  await page.evaluate(await bundled(here(code)));
  return page;
}

test('there is one for each library', () => assert.equal(snippets.length, 7));

for (const code of snippets) {
  const [, name] = /from '([^']+)'/.exec(code);
  const calls = code.match(/\.(identify|track|page|capture)\(|^trackPageView\(/gm).length;
  test(`${name}: what its snippet sends is stored`, async () => {
    const before = await stored();
    const page = ofBrowsers.test(name) ? await inABrowser(code) : await onAServer(code);
    await until(`${calls} signals are stored`, async () => (await stored()) === before + calls);
    await page?.context().close();
  });
}

test('Customer.io’s library works with the snippet of Segment’s', async () => {
  const before = await stored();
  await onAServer(snippets[0].replace('@segment/analytics-node', '@customerio/cdp-analytics-node'));
  assert.equal(await stored(), before + 2);
});

test('the setting of consent is one that a handle takes', async () => {
  const [, json] = /```json\n(.*?)```/s.exec(text);
  const saved = await beckon.as('OWNER', 'PATCH', '/settings', JSON.parse(json));
  assert.deepEqual([saved.status, saved.json.consentCategories], [200, JSON.parse(json).consentCategories]);
  const refused = await beckon.as('OWNER', 'PATCH', '/settings', { consentCategories: { Advertising: 'full' } });
  assert.deepEqual(refused.json.details, [
    { field: 'consentCategories.Advertising', issue: 'must be "basic" or "denied"' },
  ]);
});
