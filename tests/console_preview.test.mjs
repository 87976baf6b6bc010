// The rule form of the console: what it suggests, and the preview of a rule for a visitor.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Beckon, freshAddress } from './kit/beckon.mjs';
import { openBrowser, openConsole } from './kit/browser.mjs';
import { assertReadable, assertReadableInBothThemes } from './kit/readable.mjs';
import { until } from './kit/wait.mjs';

let beckon, browser, token, page;
before(async () => {
  beckon = await Beckon.start();
  browser = await openBrowser();
  token = await beckon.token('OPERATOR');
  const cart = { type: 'basket', signalValue: 'add', metadata: { total: 12, items: [{ price: 3 }] } };
  await say('s-1', { visitorId: 'ann', context: { country: 'AT' } }, cart, cart);
  await say('s-2', { anonymousId: 'a-bob' }, 'glance');
  await say('s-3', { visitorId: 'bob', anonymousId: 'a-bob' }, 'glance');
  const said = await beckon.as('OPERATOR', 'POST', '/visitors/ann/traits', {
    set: { firstName: 'Ann', email: 'ann@company.example' },
  });
  assert.equal(said.status, 200, said.text);
  page = await openConsole(browser, beckon.base, { token });
});
after(async () => {
  await browser?.close();
  await beckon?.close();
});

const say = async (sessionId, who, ...signals) => {
  const body = { sessionId, ...who, signals: signals.map(one => (typeof one === 'string' ? { type: one } : one)) };
  const answer = await beckon.chain('signals', body, { from: freshAddress() });
  assert.equal(answer.status, 202, answer.text);
};
const press = (name, within = page) => within.getByRole('button', { name, exact: true }).click();
const openForm = async (on = page, id = '') => {
  await on.goto(`${beckon.base}/apps/lifecycle-messaging/demo/rules/${id || '+'}`);
  await on.getByRole('region', { name: 'When', exact: true }).waitFor();
};
// What a field suggests, as [value, note].
const suggested = async field => {
  await field.press('ArrowDown');
  const options = field.page().getByRole('listbox').getByRole('option');
  await options.first().waitFor();
  const found = await options.evaluateAll(all =>
    all.map(one => [...one.children].map(part => part.textContent)).map(([value, note = '']) => [value, note]),
  );
  await field.press('Escape');
  return found;
};
const preview = (on = page) => on.getByRole('region', { name: 'Preview for a visitor' });
const ask = async (id, on = page) => {
  await preview(on).getByLabel('Id of the visitor').fill(id);
  await press('Preview', preview(on));
};
// The message as the library's renderer draws it.
const faceIn = within => within.frameLocator('iframe');
const rule = payload => ({
  triggers: ['checkout'],
  when: { all: [{ count: { key: 'basket' }, atLeast: 1 }] },
  action: { type: 'popup', payload },
});
const save = async (id, body) => {
  const answer = await beckon.as('CREATOR', 'PUT', `/chain-rules/${id}`, body);
  assert.ok(answer.status < 300, answer.text);
};

test('the form suggests keys, values, fields and traits that the server has seen', async () => {
  await openForm();
  const when = page.getByRole('region', { name: 'Who', exact: true });
  const key = when.getByLabel('Signal: name').first();
  await key.fill('');
  assert.deepEqual(await suggested(key), [
    ['basket', 'seen 2×'],
    ['glance', 'seen 2×'],
  ]);
  await key.fill('basket');
  const value = when.getByLabel('Signal: value').first();
  await value.fill('');
  assert.deepEqual(await suggested(value), [['add', 'seen 2×']]);
  // Of several keys, the next one; those that are there are not suggested again.
  await key.fill('basket, ');
  assert.deepEqual(await suggested(key), [['glance', 'seen 2×']]);
  await key.fill('basket');

  const kind = when.getByLabel('Condition', { exact: true }).first();
  await kind.selectOption('sum');
  await when.getByLabel('Signal: name').first().fill('basket');
  const metadata = when.getByLabel('Metadata field').first();
  await metadata.fill('');
  assert.deepEqual(
    (await suggested(metadata)).map(([field]) => field),
    ['items[].price', 'total'],
  );
  await kind.selectOption('trait');
  const trait = when.getByRole('combobox', { name: 'Trait', exact: true });
  await trait.fill('');
  const traits = await suggested(trait);
  assert.deepEqual(
    traits.filter(([name]) => ['email', 'firstName'].includes(name)),
    [
      ['email', 'text, sensitive'],
      ['firstName', 'text'],
    ],
  );
  await kind.selectOption('context');
  const field = when.getByLabel('Field', { exact: true });
  await field.fill('');
  assert.deepEqual(await suggested(field), [['country', 'seen 1×']]);
  await field.fill('country');
  const values = when.getByLabel('Values', { exact: true });
  await values.fill('');
  assert.deepEqual(await suggested(values), [['AT', 'seen 1×']]);
});

test('a rule is previewed for a visitor, found by the beginning of an id', async () => {
  await save(
    'hello',
    rule({ title: 'Hi {{visitor.traits.firstName}}', text: 'Look.', n: '{{signal.metadata.total}}' }),
  );
  await openForm(page, 'hello');
  const field = preview().getByLabel('Id of the visitor');
  await field.fill('~a-');
  await page.getByRole('option', { name: /^~a-bob/ }).waitFor();
  assert.deepEqual(await suggested(field), [['~a-bob', 'bob, 2 sessions']]);
  await ask('ann');
  const message = preview().getByRole('region', { name: 'Message', exact: true });
  await faceIn(message).getByText('Hi Ann', { exact: true }).waitFor();
  assert.match(await preview().innerText(), /For ann, now:\s+Acted/);
  assert.match(await message.innerText(), /"n": 12/);
  assert.equal(await message.getByText('Missing').count(), 0);

  await ask('bob');
  await message.getByText('Missing:').waitFor();
  assert.match(await message.innerText(), /Missing: visitor\.traits\.firstName, signal\.metadata\.total/);
  assert.match(await preview().innerText(), /For bob, now:\s+No match/);
  await assertReadable(page, 'a preview');

  await ask('nobody');
  await preview().getByText('No visitor has this id.').waitFor();
});

test('the preview is of the rule as it is being edited, and says when it is out of date', async () => {
  await openForm(page, 'hello');
  await press('Edit as JSON');
  const payload = page.getByLabel('Payload, as JSON');
  await payload.fill('{"title":"Dear {{visitor.traits.firstName}}"}');
  await ask('ann');
  await faceIn(preview()).getByText('Dear Ann', { exact: true }).waitFor();
  await payload.fill('{"title":"{{visitor.nothing}}"}');
  await preview().getByText('The rule has changed since this preview.').waitFor();
  await press('Preview', preview());
  await preview().getByRole('alert').getByText('rule.action.payload.title').waitFor();
  const stored = await beckon.as('CREATOR', 'GET', '/chain-rules/hello');
  assert.equal(stored.json.action.payload.text, 'Look.', 'a preview saves nothing');
  page.once('dialog', dialog => dialog.accept());
});

test('a trait that visitors lack is a warning in the form, and a reason in the results', async () => {
  await save('held', { ...rule({ title: 'Dear {{visitor.traits.surname}}' }), triggers: ['held'] });
  for (let i = 0; i < 2; i += 1) {
    const { json } = await beckon.chain('resolve', { sessionId: 's-1', trigger: 'held' }, { from: freshAddress() });
    assert.equal(json.outcome, 'suppressed');
  }
  await openForm(page, 'held');
  const warning = page.getByRole('region', { name: '1 warning' });
  assert.match(
    await warning.innerText(),
    /missing trait 100 % of the visitors of the last 7 days lack the trait surname, so it is held back for them\./,
  );
  assert.equal(await warning.locator('details').count(), 0, 'there is no example to run');
  await until('the decisions are counted', async () => {
    const { json } = await beckon.as('CREATOR', 'GET', '/analytics?ruleId=held');
    return json.rules[0]?.totals.suppressed === 2;
  });
  await page.goto(`${beckon.base}/apps/lifecycle-messaging/demo/rules/-/results?rule=held`);
  const results = page.getByRole('region', { name: 'Results of held' });
  await results.getByText('Held back 2 times: 2 × missing value.').waitFor();
  await assertReadable(page, 'results');
});

test('a CREATOR sees no sensitive value in a preview', async () => {
  await save('mail', {
    triggers: ['@due'],
    when: { all: [{ absent: { key: 'bought' }, after: { key: 'basket' }, for: '1h' }] },
    action: { type: 'email', payload: { to: '{{visitor.traits.email}}' } },
  });
  const creator = await openConsole(browser, beckon.base, { token: await beckon.token('CREATOR') });
  await openForm(creator, 'mail');
  await ask('ann', creator);
  await preview(creator).getByText('Hidden, because it is sensitive').waitFor();
  assert.ok(!(await creator.locator('#main').innerText()).includes('ann@company.example'));
  assert.match(await preview(creator).innerText(), /Acted[\s\S]*due/);
  assert.deepEqual(creator.faults, []);
  await creator.context().close();
  const operator = await openConsole(browser, beckon.base, { token });
  await openForm(operator, 'mail');
  await ask('ann', operator);
  await preview(operator).getByText('ann@company.example').waitFor();
  await operator.context().close();
});

for (const width of [1440, 320])
  test(`everybody can read it, in either theme: ${width} px`, async () => {
    await save('split', {
      triggers: ['checkout'],
      when: {},
      split: { salt: 'x', arms: { a: 50, b: 50 }, force: { ann: 'b' } },
      actions: {
        a: { type: 'popup', payload: { title: 'Hi {{visitor.traits.firstName}}', code: 'SAVE10' } },
        b: {
          type: 'banner',
          payload: { text: 'On {{visitor.traits.plan}}', button: { label: 'Go', href: '/x' } },
          missing: 'null',
        },
      },
    });
    const here = await openConsole(browser, beckon.base, { token, width, height: 800 });
    await openForm(here, 'split');
    await ask('ann', here);
    await preview(here).getByRole('region', { name: 'Message of variant b', exact: true }).waitFor();
    await preview(here).getByText('theirs').waitFor();
    assert.ok(await here.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'scrolls sideways');
    await assertReadableInBothThemes(here, 'preview');
    assert.deepEqual(here.faults, []);
    await here.context().close();
  });
