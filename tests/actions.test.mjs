// The actions of every example: of the documents, of the console and of `beckon demo`. Each is resolved by a real server
// and rendered by the browser library, in its example shop.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { kBanner, kBlank, kPopup } from '../console/src/pages/rules/draft.ts';
import { kExamples } from '../console/src/pages/rules/example_rules.ts';
import { Beckon, root } from './kit/beckon.mjs';
import { openBrowser } from './kit/browser.mjs';

const read = path => readFileSync(join(root, path), 'utf8');
const kRendered = new Set(['popup', 'banner', 'cta']);

// Every action that the library renders, wherever in `value` it is.
function* actionsIn(value, where) {
  if (!value || typeof value !== 'object') return;
  if (kRendered.has(value.type) && value.payload && !value.properties) yield { where, action: value };
  for (const [key, inner] of Object.entries(value)) yield* actionsIn(inner, `${where} ${key}`);
}

let beckon, browser, page, demo;
before(async () => {
  beckon = await Beckon.start({ flags: ['--dev'] });
  const { code, err } = await beckon.demo('CREATOR', 1, '--seed', '3');
  assert.equal(code, 0, err);
  demo = (await beckon.as('CREATOR', 'GET', '/chain-rules')).json.items;
  browser = await openBrowser();
  page = await browser.newPage();
});
after(async () => {
  await browser?.close();
  await beckon?.close();
});

// Those with placeholders need a visitor who has the values.
const isWhole = ({ action }) => !JSON.stringify(action).includes('{{');

// Resolved at a trigger of its own, in a shop that has just been opened.
async function show(action, trigger) {
  const rule = { triggers: [trigger], when: {}, action };
  assert.equal((await beckon.as('CREATOR', 'PUT', `/chain-rules/${trigger}`, rule)).status, 201);
  await page.goto(`${beckon.base}/apps/example-shop`);
  const before = await page.locator('#checkout').innerText();
  const decision = await page.evaluate(at => globalThis.beckon.decide(at), trigger);
  assert.deepEqual(decision.action, action);
  return before;
}

async function assertComplete({ where, action }, trigger) {
  const before = await show(action, trigger);
  if (action.type === 'cta') {
    const link = page.locator(action.payload.selector);
    assert.equal(await link.innerText(), action.payload.label, where);
    assert.notEqual(await link.innerText(), before, where);
    return;
  }
  const surface = page.locator('beckon-surface').getByRole(action.type === 'popup' ? 'dialog' : 'region');
  await surface.waitFor();
  assert.ok(await surface.getAttribute('aria-label'), `${where} has a name`);
  assert.ok((await surface.locator('.text').innerText()).length > 10, `${where} has a text`);
  const leads = surface.getByRole('link');
  assert.equal(await leads.count(), 1, `${where} leads somewhere`);
  assert.ok(await leads.getAttribute('href'), where);
  if (action.payload.code) assert.equal(await surface.locator('.code').innerText(), action.payload.code, where);
}

for (const [name, examples, least] of [
  [
    'the documents',
    () =>
      [
        ...[...read('docs/rules.md').matchAll(/^```json\n(.*?)^```$/gms)].flatMap(([, text]) => [
          ...actionsIn(JSON.parse(text), 'docs/rules.md'),
        ]),
        ...actionsIn(JSON.parse(read('docs/openapi.json')), 'docs/openapi.json'),
      ].filter(isWhole),
    10,
  ],
  ['the console', () => [...actionsIn({ kBanner, kBlank, kExamples, kPopup }, 'console')], 5],
  ['beckon demo', () => [...actionsIn(demo, 'beckon demo')], 4],
])
  test(`each popup, banner and cta of ${name} says what it offers and leads there`, async () => {
    const all = examples();
    assert.ok(all.length >= least, `${all.length}`);
    for (const [index, one] of all.entries()) await assertComplete(one, `${name.replaceAll(' ', '-')}-${index}`);
  });
