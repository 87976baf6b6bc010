// The console's page of sources: the keys, a snippet for each library, what arrives and what is refused.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { kLibraries } from '../console/src/pages/sources/snippets.ts';
import { Beckon, freshAddress, root } from './kit/beckon.mjs';
import { copied, openBrowser, openConsole } from './kit/browser.mjs';
import { accessToken, basic } from './kit/neighbours.mjs';
import { assertReadable, assertReadableInBothThemes } from './kit/readable.mjs';

let beckon, browser, token, page;
before(async () => {
  beckon = await Beckon.start();
  browser = await openBrowser();
  token = await accessToken(beckon);
});
after(async () => {
  await browser?.close();
  await beckon?.close();
});

const open = async (more = {}) => {
  page = await openConsole(browser, beckon.base, {
    token: await beckon.token(more.role ?? 'CREATOR'),
    path: '/demo/sources',
    ...more,
  });
};
const batch = (messages, key = token) =>
  beckon.call('POST', '/v1/batch', { body: { batch: messages }, headers: basic(key), from: freshAddress() });
const track = more => ({ type: 'track', event: 'Order Completed', userId: 'ada', anonymousId: 'a1', ...more });
const press = name => page.getByRole('button', { name, exact: true }).click();
const row = text => page.getByRole('row').filter({ hasText: text });

test('each library has its snippet, with the address and the handle of the page', async () => {
  await open({ path: '' });
  await page.getByRole('navigation', { name: 'Main menu' }).getByRole('link', { name: 'Sources' }).click();
  await page.getByText('No messages yet since the server started.').waitFor();
  await page.getByText('No key was used since the server started.').waitFor();
  await press('Copy key');
  assert.equal(await copied(page), 'demo');
  await page.getByRole('link', { name: 'create one' }).waitFor();
  const names = ['Segment', 'Customer.io', 'RudderStack', 'PostHog', 'Snowplow', 'OpenFeature', 'MCP'];
  for (const name of names) {
    await press(name);
    const code = page.getByRole('region', { name: new RegExp(`^${name}: .*code$`) });
    await code.first().waitFor();
    for (const text of await code.allTextContents()) {
      assert.ok(text.includes(beckon.base), name);
      assert.doesNotMatch(text, /beckon\.example|['/]acme\b/);
    }
    await assertReadable(page, `the snippets of ${name}`);
  }
  assert.equal(new URL(page.url()).searchParams.get('library'), 'MCP');
  await press('Segment');
  await page.getByRole('region', { name: 'Segment: in a browser, code' }).waitFor();
  await page.getByRole('button', { name: 'Copy the code' }).last().click();
  assert.ok((await copied(page)).includes(`AnalyticsBrowser.load({ writeKey: 'demo', cdnURL: '${beckon.base}' })`));
  assert.deepEqual(page.faults, []);
});

test('accepted and refused messages appear by themselves, by key and with the reason', async () => {
  await open();
  await page.getByText('No messages yet since the server started.').waitFor();
  await batch([
    track({ messageId: 'm-1', properties: { note: 'x'.repeat(3000), total: 1 } }),
    track({ messageId: 'm-2', event: '' }),
    track({ messageId: 'm-3', event: 'Seen' }),
  ]);
  await batch([{ type: 'identify', userId: 'ada', anonymousId: 'a1', traits: { level: 'gold' } }], 'demo');
  await beckon.call('POST', '/v1/batch', { body: '{', headers: basic('demo') });
  const cut = row('Order_Completed');
  await cut.getByText('Cut', { exact: true }).waitFor();
  await cut.getByText('note').waitFor();
  await row('Seen').getByText('complete').waitFor();
  const ofToken = page.getByRole('article', { name: 'Key Library' });
  await ofToken
    .getByRole('row')
    .filter({ hasText: 'm-2' })
    .getByText('event must be a text that is not empty')
    .waitFor();
  const ofName = page.getByRole('article', { name: 'Key demo' });
  await ofName.getByText('traits.level is not public, and the request has no proof of who it is').waitFor();
  await ofName.getByRole('row').filter({ hasText: 'the request' }).getByText('invalid_payload').waitFor();
  assert.equal(await ofToken.getByText('m-1').count(), 0);
  await cut.getByRole('link', { name: 'sg:a1' }).click();
  await page.getByRole('heading', { level: 1, name: 'sg:a1' }).waitFor();
  assert.deepEqual(page.faults, []);
});

test('the list is paused and goes on by key, and a long list of refusals opens', async () => {
  await open();
  await row('Seen').waitFor();
  await page.keyboard.press('p');
  await batch([
    track({ event: 'Later' }),
    ...Array.from({ length: 30 }, (_, n) => ({ type: 'none', messageId: `n-${n}` })),
  ]);
  await page.getByRole('button', { name: 'Show all 31 refused of Library' }).waitFor();
  assert.equal(await row('Later').count(), 0);
  await page.keyboard.press('p');
  await row('Later').waitFor();
  const refused = page.getByRole('article', { name: 'Key Library' }).getByRole('row');
  assert.equal(await refused.count(), 1 + 10);
  await press('Show all 31 refused of Library');
  await row('n-0').waitFor();
  assert.equal(await refused.count(), 1 + 31);
});

test('the page’s snippets are those of docs/neighbours.md', () => {
  const text = readFileSync(join(root, 'docs/neighbours.md'), 'utf8');
  const blocks = [...text.matchAll(/```(?:js|json)\n(.*?)\n```/gs)].map(([, code]) => code);
  const shown = kLibraries.flatMap(({ snippets }) => snippets.map(({ code }) => code));
  for (const code of shown) {
    const written = code.replace(
      "'@customerio/cdp-analytics-node';",
      "'@segment/analytics-node'; // or '@customerio/cdp-analytics-node'",
    );
    const parts = blocks.filter(block => written.includes(block));
    assert.equal(parts.join('\n\n'), written);
  }
});

for (const width of [320, 1440])
  test(`everything is readable, in either theme, at ${width} pixels`, async () => {
    await open({ width });
    await row('Seen').first().waitFor();
    await assertReadableInBothThemes(page, `the sources, ${width}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${wide} pixels beyond the window`);
    assert.deepEqual(page.faults, []);
  });
