// The rules page: their order, the form whose conditions are sentences, its live count and preview, and the history of a
// rule.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Beckon, freshAddress } from './kit/beckon.mjs';
import { openBrowser, openConsole } from './kit/browser.mjs';
import { assertReadable } from './kit/readable.mjs';
import { until } from './kit/wait.mjs';

const home = '/apps/lifecycle-messaging';
const popup = {
  type: 'popup',
  payload: { title: 'Your cart is waiting', text: 'Ten percent off today.', button: { label: 'Go', href: '/bag' } },
};
const cart = { all: [{ count: { key: 'cart', value: 'add' }, within: '30m', atLeast: 1 }] };

let beckon, browser, token;
before(async () => {
  beckon = await Beckon.start({ flags: ['--dev'] });
  browser = await openBrowser();
  token = await beckon.token('OPERATOR');
});
after(async () => {
  await browser?.close();
  await beckon?.close();
});

const put = async (id, body) => {
  const answer = await beckon.as('CREATOR', 'PUT', `/chain-rules/${id}`, body);
  assert.ok(answer.status < 300, answer.text);
};
const stored = async id => (await beckon.as('CREATOR', 'GET', `/chain-rules/${id}`)).json;
const clear = async () => {
  for (const { ruleId } of (await beckon.as('CREATOR', 'GET', '/chain-rules?limit=200')).json.items)
    await beckon.as('CREATOR', 'DELETE', `/chain-rules/${ruleId}`);
};
const say = async (sessionId, who, ...signals) => {
  const answer = await beckon.chain('signals', { sessionId, ...who, signals }, { from: freshAddress() });
  assert.equal(answer.status, 202, answer.text);
};
const open = async (path, more = {}) => {
  const page = await openConsole(browser, beckon.base, { token, path: '/demo/append', ...more });
  await page.goto(`${beckon.base}${home}/demo/rules${path}`);
  await page.locator('main h1').waitFor();
  return page;
};
const region = (page, name) => page.getByRole('region', { name, exact: true });
const face = page => page.frameLocator('iframe');
const bar = page => page.getByRole('group', { name: 'Save' });

test('a newcomer gets from the sign-in page to a live cart rescue with a preview in at most 30 clicks and fields', async () => {
  const fresh = await Beckon.start({ flags: ['--dev'] });
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 } });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  let done = 0;
  const click = async found => {
    done += 1;
    await found.click();
  };
  const fill = async (found, text) => {
    done += 1;
    await found.fill(text);
  };
  try {
    await page.goto(`${fresh.base}${home}`);
    await fill(page.getByLabel('Token'), await fresh.token('OPERATOR'));
    await click(page.getByRole('button', { name: 'Sign in with token' }));
    await click(page.getByRole('link', { name: 'Rules', exact: true }).first());
    await click(page.getByRole('link', { name: 'New rule', exact: true }).first());
    await click(page.getByRole('button', { name: /^Save the cart/ }));
    await fill(page.getByLabel('Name', { exact: true }), 'Rescue the cart');
    const who = region(page, 'Who');
    await fill(who.getByLabel('In the last', { exact: true }).first(), '2');
    done += 1;
    await who.getByLabel('In the last: unit').first().selectOption('hours');
    await fill(page.getByLabel('Headline', { exact: true }), 'Still thinking?');
    await fill(page.getByLabel('Coupon code'), 'SAVE15');
    await fill(page.getByLabel('Goal event'), 'purchase');
    await fill(page.getByLabel('Within', { exact: true }), '24');
    done += 1;
    await page.getByLabel('Within: unit').selectOption('hours');
    await fill(page.getByLabel('Control group', { exact: true }), '10');
    await face(page).getByRole('heading', { name: 'Still thinking?' }).waitFor();
    await face(page).getByText('SAVE15', { exact: true }).waitFor();
    await click(bar(page).getByRole('button', { name: /^Review and publish/ }));
    await click(page.getByRole('dialog').getByRole('button', { name: 'Publish' }));
    await page.getByText('Published', { exact: true }).waitFor();
    const { json } = await fresh.as('CREATOR', 'GET', '/chain-rules/rescue-the-cart');
    assert.deepEqual(
      [
        json.name,
        json.status,
        json.when.all[0],
        json.action.payload.title,
        json.action.payload.code,
        json.split.holdout,
      ],
      [
        'Rescue the cart',
        'live',
        { count: { key: 'cart', value: 'add' }, within: '2h', atLeast: 1 },
        'Still thinking?',
        'SAVE15',
        10,
      ],
    );
    assert.deepEqual([json.goal.key, json.goal.within], ['purchase', '24h']);
    assert.ok(done <= 30, `${done} clicks and fields`);
  } finally {
    await context.close();
    await fresh.close();
  }
});

describe('the list', () => {
  let page;
  const names = () => page.locator('main tbody .lead a').allInnerTexts();
  const shows = wanted =>
    page.waitForFunction(
      all => [...document.querySelectorAll('main tbody .lead a')].map(one => one.textContent.trim()).join() === all,
      wanted.join(),
    );
  // The order in which the server evaluates them.
  const order = async () => {
    const { items } = (await beckon.as('CREATOR', 'GET', '/chain-rules?limit=200')).json;
    return items
      .sort((a, b) => (b.priority ?? 0) - (a.priority ?? 0) || (a.ruleId < b.ruleId ? -1 : 1))
      .map(one => one.name);
  };
  const isStored = wanted => until(wanted.join(), async () => (await order()).join() === wanted.join());
  const handle = name => page.getByRole('button', { name: new RegExp(`^Move ${name}\\.`) });

  before(async () => {
    await clear();
    for (const [index, id] of ['alpha', 'beta', 'gamma', 'delta'].entries())
      await put(id, { name: id, priority: 40 - index * 10, triggers: ['checkout'], when: cart, action: popup });
    page = await open('');
    await shows(['alpha', 'beta', 'gamma', 'delta']);
  });
  after(() => page?.context().close());

  test('Alt and an arrow key move a rule, say where it is now, and keep the focus', async () => {
    await handle('gamma').focus();
    await page.keyboard.press('Alt+ArrowUp');
    await page.getByText('gamma is now number 2 of 4').waitFor();
    await page.keyboard.press('Alt+ArrowUp');
    await page.getByText('gamma is now number 1 of 4').waitFor();
    await shows(['gamma', 'alpha', 'beta', 'delta']);
    await isStored(['gamma', 'alpha', 'beta', 'delta']);
    assert.match(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), /^Move gamma/);
    await page.keyboard.press('Alt+ArrowUp');
    assert.deepEqual(await names(), ['gamma', 'alpha', 'beta', 'delta'], 'the first one stays');
  });

  test('a rule is dragged to its place; nothing is sent before it is dropped', async () => {
    const sent = [];
    page.on('request', one => one.method() === 'PATCH' && sent.push(one.url()));
    const from = await handle('delta').boundingBox(),
      to = await handle('gamma').boundingBox();
    await page.mouse.move(from.x + 5, from.y + 5);
    await page.mouse.down();
    await page.mouse.move(to.x + 5, to.y + 8, { steps: 8 });
    await shows(['delta', 'gamma', 'alpha', 'beta']);
    assert.deepEqual(sent, []);
    await page.mouse.up();
    await page.getByText('delta is now number 1 of 4').waitFor();
    await isStored(['delta', 'gamma', 'alpha', 'beta']);
    assert.equal(sent.length, 1);
  });

  test('the menu of a row moves it too, and one version has all of it', async () => {
    const version = async () => (await beckon.as('CREATOR', 'GET', '/chain-rules/versions')).json.items[0].version;
    const then = await version();
    await page.getByRole('button', { name: 'More actions for alpha' }).click();
    await page.getByRole('button', { name: 'Move alpha down' }).click();
    await isStored(['delta', 'gamma', 'beta', 'alpha']);
    assert.equal(await version(), then + 1);
  });

  test('the arrow keys, Home and End move in the menu of a row', async () => {
    const more = page.getByRole('button', { name: 'More actions for alpha' });
    const focused = () => page.evaluate(() => document.activeElement.textContent);
    await more.focus();
    await page.keyboard.press('ArrowDown');
    const all = await page.locator('.menu-list:popover-open :is(a, button)').allTextContents();
    await until('the first has the focus', async () => (await focused()) === all[0]);
    for (const [key, says] of [
      ['ArrowDown', all[1]],
      ['End', all.at(-1)],
      ['ArrowDown', all[0]],
      ['ArrowUp', all.at(-1)],
      ['Home', all[0]],
    ]) {
      await page.keyboard.press(key);
      assert.equal(await focused(), says, key);
    }
    await page.keyboard.press('Escape');
    assert.ok(await more.evaluate(one => one === document.activeElement));
  });

  test('search, status and trigger stand in the address, and while they do the order is fixed', async () => {
    await put('later', {
      name: 'later',
      status: 'draft',
      priority: -5,
      triggers: ['exit_intent'],
      when: {},
      action: popup,
    });
    await page.reload();
    await page.getByRole('searchbox', { name: 'Search rules' }).fill('et');
    await shows(['beta']);
    await page.waitForURL(/\?q=et$/);
    await page.getByText('1 of 5 rules').waitFor();
    assert.equal(await handle('beta').getAttribute('aria-disabled'), 'true');
    await page.goto(`${beckon.base}${home}/demo/rules?status=draft`);
    await shows(['later']);
    await page.goto(`${beckon.base}${home}/demo/rules?trigger=exit_intent`);
    await shows(['later']);
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await shows(['delta', 'gamma', 'beta', 'alpha', 'later']);
  });

  test('a week of acted and converted equals what the API counts', async () => {
    await put('alpha', {
      name: 'alpha',
      priority: 99,
      triggers: ['checkout'],
      when: cart,
      action: popup,
      goal: { key: 'purchase', within: '24h' },
    });
    for (const id of ['w-1', 'w-2', 'w-3']) {
      await say(id, {}, { type: 'cart', signalValue: 'add' });
      await beckon.chain('resolve', { sessionId: id, trigger: 'checkout' }, { from: freshAddress() });
    }
    await say('w-1', {}, { type: 'purchase' });
    const { acted, converted } = await until('they are counted', async () => {
      const { rules } = (await beckon.as('CREATOR', 'GET', '/analytics?ruleId=alpha&bucket=day')).json;
      return rules[0]?.totals.acted === 3 && rules[0].totals.converted === 1 && rules[0].totals;
    });
    await page.reload();
    const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'alpha', exact: true }) });
    await row.getByRole('cell', { name: `${converted} · 33.3 %` }).waitFor();
    assert.equal(await row.getByRole('cell').nth(3).innerText(), String(acted));
    assert.match(await row.getByRole('img').getAttribute('aria-label'), /^alpha, acted per day/);
  });

  test('a rule is paused, resumed, copied and deleted from its row', async () => {
    const choose = async (name, what) => {
      await page.getByRole('button', { name: `More actions for ${name}` }).click();
      await page.locator('.menu-list:popover-open').getByText(what, { exact: true }).click();
    };
    await choose('beta', 'Pause');
    await page.getByText('beta is paused', { exact: true }).waitFor();
    assert.equal((await stored('beta')).status, 'paused');
    await choose('beta', 'Resume');
    await page.getByText('beta is live', { exact: true }).waitFor();
    assert.equal((await stored('beta')).status, 'live');
    await choose('beta', 'Duplicate');
    await page.getByRole('heading', { level: 1, name: 'Copy of beta' }).waitFor();
    assert.equal(await page.getByLabel('Id', { exact: true }).inputValue(), 'copy-of-beta');
    await bar(page).getByRole('button', { name: 'Save as draft' }).click();
    await page.waitForURL(/\/rules\/copy-of-beta$/);
    const [copy, beta] = [await stored('copy-of-beta'), await stored('beta')];
    assert.deepEqual([copy.status, copy.when, copy.action], ['draft', beta.when, beta.action]);
    await page.getByRole('link', { name: 'Rules', exact: true }).first().click();
    await choose('Copy of beta', 'Delete');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Copy of beta was deleted').waitFor();
    assert.equal((await beckon.as('CREATOR', 'GET', '/chain-rules/copy-of-beta')).status, 404);
    assert.deepEqual(page.faults, []);
  });
});

describe('the form', () => {
  let page;
  before(async () => {
    await clear();
    const add = (amount, currency = 'EUR') => ({ type: 'cart', signalValue: 'add', metadata: { amount, currency } });
    await say('f-1', { visitorId: 'ann', context: { country: 'AT' } }, { type: 'view' }, add(30));
    await say('f-2', { context: { country: 'DE' } }, add(60), add(5));
    for (const sessionId of ['f-1', 'f-2'])
      await beckon.chain('resolve', { sessionId, trigger: 'checkout' }, { from: freshAddress() });
  });
  after(() => page?.context().close());

  test('every name field suggests what the server has seen, by keyboard, with how often', async () => {
    page = await open('/+');
    page.on('dialog', dialog => dialog.accept()); // the browser's own question at leaving
    const key = region(page, 'Who').getByRole('combobox', { name: 'Signal: name' }).first();
    await key.fill('');
    await key.press('ArrowDown');
    const option = page.getByRole('listbox').getByRole('option');
    await option.first().waitFor();
    assert.equal(await key.getAttribute('aria-expanded'), 'true');
    assert.match((await option.allInnerTexts()).join(' '), /cart\s*seen \d+×/);
    await key.fill('vi');
    await until('it is filtered', async () => (await option.count()) === 1);
    await key.press('ArrowDown');
    assert.equal(
      await key.getAttribute('aria-activedescendant'),
      await option.first().getAttribute('id'),
      'what is chosen is told',
    );
    await key.press('Enter');
    assert.equal(await key.inputValue(), 'view');
    await key.press('ArrowDown');
    await key.press('Escape');
    await option.first().waitFor({ state: 'detached' });
    await key.fill('cart, ');
    await option.first().waitFor();
    assert.ok(!(await option.allInnerTexts()).some(text => /^cart\b/.test(text)), 'not what is there already');
    await page.getByRole('option', { name: /^view/ }).click();
    assert.equal(await key.inputValue(), 'cart, view');
  });

  test('a score is chosen among those that the settings declare, with what each counts', async () => {
    const scores = { intent: { weights: { view: 1, 'cart.*': 5 }, halfLife: '1d' } };
    assert.equal((await beckon.as('OWNER', 'PUT', '/settings', { scores })).status, 200);
    const other = await open('/+');
    const who = region(other, 'Who');
    await who.getByLabel('Condition', { exact: true }).first().selectOption('score');
    await who.getByLabel('Score', { exact: true }).click();
    await other.getByRole('option', { name: /^intent.*half-life 1d: view 1, cart\.\* 5$/ }).click();
    assert.equal(await who.getByLabel('Score', { exact: true }).inputValue(), 'intent');
    assert.deepEqual(other.faults, []);
    await other.context().close();
  });

  test('every kind of condition is a sentence of fields, and is stored as the language has it', async () => {
    const who = region(page, 'Who');
    const kinds = await who.getByLabel('Condition', { exact: true }).first().locator('option').allInnerTexts();
    assert.equal(kinds.length, 13);
    const row = who.locator('.cond').first();
    for (const kind of kinds) {
      await who.getByLabel('Condition', { exact: true }).first().selectOption({ label: kind });
      assert.ok((await row.locator('input, select').count()) > 1, kind);
      const unnamed = await row
        .locator('input, select, .tools > button')
        .evaluateAll(all => all.filter(one => !one.getAttribute('aria-label')).map(one => one.outerHTML));
      assert.deepEqual(unnamed, [], kind);
    }
    await who.getByLabel('Condition', { exact: true }).first().selectOption({ label: 'Total of a field' });
    await row.getByLabel('Metadata field', { exact: true }).fill('amount');
    await row.getByLabel('Comparison').selectOption('between');
    await row.getByLabel('Value', { exact: true }).fill('50');
    await row.getByLabel('Upper value').fill('90.5');
    await row.getByLabel('Period').selectOption({ label: 'in the current' });
    await row.getByLabel('Calendar period').selectOption('month');
    await row.getByLabel('Time zone').fill('Europe/Vienna');
    await row.getByLabel('Scope').selectOption({ label: 'in any session of the visitor' });
    await row.getByRole('button', { name: 'Refine this condition' }).click();
    await page.getByRole('button', { name: 'Only with a metadata field' }).click();
    await row.getByLabel('Signal: metadata field').fill('currency');
    await row.getByLabel('Values').fill('EUR, CHF');
    await page.getByLabel('Name', { exact: true }).fill('Sentences');
    await page.getByLabel('Id', { exact: true }).fill('sentences');
    assert.equal((await beckon.as('OWNER', 'PATCH', '/settings', { zone: 'Europe/Vienna' })).status, 200);
    await bar(page).getByRole('button', { name: 'Save as draft' }).click();
    await page.waitForURL(/\/rules\/sentences$/);
    assert.deepEqual((await stored('sentences')).when.all[0], {
      sum: { key: 'cart', field: 'amount', meta: { currency: { in: ['EUR', 'CHF'] } } },
      within: { calendar: 'month', zone: 'Europe/Vienna' },
      scope: 'visitor',
      atLeast: 50,
      atMost: 90.5,
    });
  });

  test('groups are added, nested, changed and removed', async () => {
    const who = region(page, 'Who');
    await who.getByRole('button', { name: 'Add: none of these is true' }).click();
    const none = who.getByRole('group', { name: 'None of these is true' });
    await none.getByLabel('Condition', { exact: true }).selectOption({ label: 'Trait' });
    await none.getByLabel('Trait', { exact: true }).fill('plan');
    await none.getByLabel('Is', { exact: true }).selectOption({ label: 'is present' });
    await none.getByRole('button', { name: 'Add group' }).click();
    const any = none.getByRole('group', { name: 'At least one of these is true' });
    await any.getByRole('button', { name: 'Add condition' }).click();
    assert.equal(await any.getByRole('listitem').count(), 2);
    assert.equal(
      await page.evaluate(() => document.activeElement.getAttribute('aria-label')),
      'Condition',
      'the focus is in what was added',
    );
    await any.getByRole('button', { name: 'Remove condition' }).last().click();
    await page.waitForFunction(() => document.activeElement.textContent.includes('Add condition'));
    await any.getByLabel('Kind of group').selectOption({ label: 'All of these are true' });
    const inner = none.getByRole('group', { name: 'All of these are true' });
    assert.equal(await inner.getByRole('listitem').count(), 1);
    await inner.getByRole('button', { name: 'Remove group' }).click();
    await inner.waitFor({ state: 'detached' });
    await none.getByRole('button', { name: 'Remove condition' }).click();
    await none.waitFor({ state: 'detached' });
  });

  test('a delayed rule is what does not happen: no magic word is asked for', async () => {
    await page.goto(`${beckon.base}${home}/demo/rules/+`);
    await page.getByLabel('Name', { exact: true }).fill('Nudge');
    await page.getByLabel('Something does not happen').check();
    const when = region(page, 'When');
    await when.getByLabel('Awaited: name').fill('order');
    await when.getByLabel('After: name').fill('basket');
    await when.getByLabel('After: value').fill('');
    await when.getByLabel('Wait', { exact: true }).fill('2');
    await when.getByLabel('Wait: unit').selectOption('hours');
    await page.getByLabel('Message', { exact: true }).selectOption('other');
    await page.getByLabel('Action type').fill('sms');
    await page.getByLabel('Field 1: value').fill('nudge-1');
    await page.getByRole('button', { name: 'Add field' }).click();
    await page.locator('[aria-label="Field 2: name"]:focus').waitFor();
    await page.keyboard.type('tone');
    await page.getByLabel('Field 2: value').fill('friendly');
    await bar(page).getByRole('button', { name: 'Save as draft' }).click();
    await page.getByText('Saved as draft', { exact: true }).waitFor();
    const { triggers, when: stands, action } = await stored('nudge');
    assert.deepEqual(
      [triggers, stands.all.find(one => one.absent), action],
      [
        ['@due'],
        { absent: { key: 'order' }, after: { key: 'basket' }, for: '2h' },
        { type: 'sms', payload: { template: 'nudge-1', tone: 'friendly' } },
      ],
    );
    assert.ok(!(await page.locator('main').innerText()).includes('@due'));
    await page.getByLabel('A visitor reaches a point of your page').check();
    await region(page, 'When').getByLabel('Trigger 1').waitFor();
    await page.getByRole('link', { name: 'JSON', exact: true }).click();
    const json = JSON.parse(await page.getByRole('textbox', { name: 'Rule, as JSON' }).innerText());
    assert.deepEqual([json.triggers, json.when.all.some(one => one.absent)], [['checkout'], false]);
  });

  test('limits, schedule, goal and control group have fields of their own', async () => {
    await put('plain', { name: 'Plain', triggers: ['checkout'], when: cart, action: popup });
    await page.goto(`${beckon.base}${home}/demo/rules/plain`);
    const limits = region(page, 'Frequency limits');
    await limits.getByRole('button', { name: 'Add limit' }).click();
    await limits.getByLabel('Limit 1: times').fill('3');
    await limits.getByLabel('Limit 1: period').selectOption('rolling');
    await limits.getByLabel('Limit 1: length', { exact: true }).fill('14');
    await limits.getByLabel('Least time between messages', { exact: true }).fill('1');
    await limits.getByLabel('Least time between messages: unit').selectOption('hours');
    await page.getByText('Schedule', { exact: true }).click();
    await page.getByLabel('Until', { exact: true }).fill('2031-01-02T03:04');
    await page.getByLabel('Open from').fill('08:00');
    await page.getByLabel('Open until').fill('22:00');
    await page.getByLabel('Monday').check();
    await page.getByLabel('Friday').check();
    await page.getByLabel('Time zone', { exact: true }).last().fill('Europe/Ber');
    await page.getByRole('option', { name: /Europe\/Berlin/ }).click();
    await page.getByLabel('Goal event').fill('purchase');
    await page.getByLabel('Within', { exact: true }).fill('7');
    await page.getByLabel('Within: unit').selectOption('days');
    await page.getByLabel('Revenue field').fill('amount');
    await page.getByLabel('Control group', { exact: true }).fill('5');
    await bar(page)
      .getByRole('button', { name: /^Review and publish/ })
      .click();
    await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
    await page.getByText('Published', { exact: true }).waitFor();
    const { limit, active, goal, split } = await stored('plain');
    assert.deepEqual(limit, { cooldown: '1h', caps: [{ max: 3, per: '14d' }] });
    assert.deepEqual(
      [active.hours, active.days, active.zone, Date.parse(active.until)],
      ['08:00-22:00', ['mon', 'fri'], 'Europe/Berlin', new Date('2031-01-02T03:04').getTime()],
    );
    assert.deepEqual([goal.key, goal.within, goal.valueField, split.holdout], ['purchase', '7d', 'amount', 5]);
  });

  test('what the server would refuse stands next to its field while it is typed, until that is corrected', async () => {
    const publish = bar(page).getByRole('button', { name: /^Review and publish/ });
    for (const [label, wrong, says] of [
      ['Control group', '150', /percentage from 0 to 100/],
      ['Priority', '1.5', /whole number/],
      ['Least time between messages', '-5', /whole number above 0/],
    ]) {
      const field = page.getByLabel(label, { exact: true }),
        before = await field.inputValue();
      await field.fill(wrong);
      await until('it is marked', async () => (await field.getAttribute('aria-invalid')) === 'true');
      assert.equal(await field.inputValue(), wrong);
      assert.match(await page.locator(`#${await field.getAttribute('aria-describedby')}`).innerText(), says);
      assert.equal(await publish.getAttribute('aria-disabled'), 'true');
      assert.match(await region(page, 'Reach, last 7 days').innerText(), says, 'why it is not counted');
      await field.fill(before);
    }
    await page.getByLabel('Limit 1: length', { exact: true }).fill('soon');
    const length = page.getByLabel('Limit 1: length', { exact: true });
    await until('it is marked', async () => (await length.getAttribute('aria-invalid')) === 'true');
    const told = await page.locator(`#${await length.getAttribute('aria-describedby')}`).innerText();
    assert.match(told, /\w+/);
    await length.fill('7');
    await until('it is not marked', async () => (await length.getAttribute('aria-invalid')) === null);
    await bar(page).getByRole('button', { name: 'Discard' }).click();
    await until('it is as stored', async () => (await length.inputValue()) === '14');
    assert.deepEqual(page.faults, []);
  });

  test('after a refusal the focus is on the field that the server refuses', async () => {
    const field = page.getByLabel('Goal event');
    await field.fill('no key!');
    await bar(page)
      .getByRole('button', { name: /^Review and publish/ })
      .click();
    await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
    await page.getByText('Correct the fields marked in red.').waitFor();
    await until('it has the focus', () => field.evaluate(one => one === document.activeElement));
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    await bar(page).getByRole('button', { name: 'Discard' }).click();
    await until('it is as stored', async () => (await field.inputValue()) === 'purchase');
  });

  test('the publish dialog says each condition once, the limits, the goal and the control group', async () => {
    await bar(page)
      .getByRole('button', { name: /^Review and publish/ })
      .click();
    const dialog = page.getByRole('dialog');
    const says = await dialog.locator('dl').innerText();
    assert.match(says, /Who\s+at least 1 × cart add within 30 minutes\s/);
    assert.match(says, /Limits\s+at most 3 per 14 days, at least 1 hour apart/);
    assert.match(says, /Goal\s+purchase within 7 days, revenue from amount/);
    assert.match(says, /Control group\s+5% of visitors see nothing/);
    assert.equal(says.split('cart add').length, 2);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
  });
});

describe('messages', () => {
  let page;
  before(async () => {
    await clear();
    await put('shown', { name: 'Shown', status: 'draft', triggers: ['checkout'], when: {}, action: popup });
    page = await open('/shown');
  });
  after(() => page?.context().close());

  test('a popup is previewed as it is typed, by the library’s renderer, and the focus stays in the field', async () => {
    const headline = page.getByLabel('Headline', { exact: true });
    await face(page).getByRole('heading', { name: 'Your cart is waiting' }).waitFor();
    await headline.click();
    await headline.press('End');
    await page.keyboard.type(' for you');
    await face(page).getByRole('heading', { name: 'Your cart is waiting for you' }).waitFor();
    assert.equal(await headline.inputValue(), 'Your cart is waiting for you');
    assert.equal(await page.evaluate(() => document.activeElement.value), 'Your cart is waiting for you');
    const frame = page.locator('iframe');
    assert.equal(await frame.getAttribute('sandbox'), 'allow-same-origin', 'no script runs in it');
    assert.equal(await face(page).locator('dialog[open]').count(), 1);
    await page.getByLabel('Phone').check();
    await face(page).getByRole('heading', { name: 'Your cart is waiting for you' }).waitFor();
  });

  test('markup in a message is text in its preview', async () => {
    await page.getByLabel('Text', { exact: true }).fill('<img src=x onerror=alert(1)><b>bold</b>');
    await face(page).getByText('<img src=x onerror=alert(1)><b>bold</b>').waitFor();
    assert.equal(await face(page).locator('img, b').count(), 0);
  });

  test('a banner and a changed link are previewed too, and another action says why it is not', async () => {
    const type = page.getByLabel('Message', { exact: true });
    await type.selectOption('banner');
    await face(page).locator('section.banner').getByText('Delivery is free today.').waitFor();
    await page.getByLabel('Position').selectOption('top');
    await face(page).locator('section.banner.top').waitFor();
    await type.selectOption('cta');
    await page.getByLabel('New text').fill('Buy it now');
    await face(page).getByRole('link', { name: 'Buy it now' }).waitFor();
    await type.selectOption('other');
    await page.getByText(/^Messages of type email are shown by your page/).waitFor();
  });

  test('a draft is saved however incomplete its message is; publishing says what to correct', async () => {
    await page.getByLabel('Message', { exact: true }).selectOption('popup');
    await page.getByLabel('Headline', { exact: true }).fill('');
    await page.getByLabel('Text', { exact: true }).fill('');
    await page.getByLabel('Button link').fill('shop.example/bag');
    await page.getByText('Enter a headline or a text.', { exact: true }).waitFor();
    await page.getByText('Start with https:// or /, for example /checkout.', { exact: true }).waitFor();
    const publish = bar(page).getByRole('button', { name: /^Review and publish/ });
    assert.equal(await publish.getAttribute('aria-disabled'), 'true');
    assert.match(
      await page.locator(`#${await publish.getAttribute('aria-describedby')}`).innerText(),
      /^Correct first: Enter a headline or a text\./,
    );
    await bar(page).getByRole('button', { name: 'Save as draft' }).click();
    await page.getByText('Saved as draft', { exact: true }).waitFor();
    assert.equal((await stored('shown')).action.payload.button.href, 'shop.example/bag');
  });

  test('of a published rule that a site shows in its own way, other edits are published; a new fault is not', async () => {
    await put('own-way', {
      triggers: ['checkout'],
      when: cart,
      action: { type: 'popup', payload: { headline: 'Ours' } },
    });
    const own = await open('/own-way');
    await own.getByText('The published rule is like this already, so other edits can be published.').waitFor();
    await own.getByLabel('Priority').fill('7');
    await own.getByLabel('Button link').fill('shop.example/bag');
    await bar(own).getByText('Correct first: Start with https://').first().waitFor();
    await own.getByLabel('Button link').fill('');
    await bar(own)
      .getByRole('button', { name: /^Review and publish/ })
      .click();
    await own.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
    await own.getByText('Published', { exact: true }).waitFor();
    const { priority, action } = await stored('own-way');
    assert.deepEqual([priority, action.payload], [7, { headline: 'Ours' }]);
    assert.deepEqual(own.faults, []);
    await own.context().close();
    await beckon.as('CREATOR', 'DELETE', '/chain-rules/own-way');
  });

  test('variants are compared: each has its share, its message and its preview', async () => {
    await page.getByLabel('Headline', { exact: true }).fill('First');
    await page.getByLabel('Button link').fill('/bag');
    await page.getByRole('button', { name: 'Compare variants' }).click();
    await page.getByLabel('B · 50 %').check({ force: true });
    await page.getByLabel('Headline', { exact: true }).fill('Second');
    await page.getByLabel('Share of visitors').fill('150');
    await page.getByText('B · 75 %').waitFor();
    await face(page).getByRole('heading', { name: 'Second' }).waitFor();
    await page.getByLabel('A · 25 %').check({ force: true });
    await face(page).getByRole('heading', { name: 'First' }).waitFor();
    await bar(page).getByRole('button', { name: 'Save as draft' }).click();
    // The message of the last save may still be there.
    await until('it is stored', async () => (await stored('shown')).actions);
    const { actions, split } = await stored('shown');
    assert.deepEqual(
      [actions.a.payload.title, actions.b.payload.title, split.arms],
      ['First', 'Second', { a: 50, b: 150 }],
    );
    assert.deepEqual(page.faults, []);
  });
});

test('a live delayed rule whose messages no endpoint receives says so on its page, at publishing and on Home', async () => {
  const wait = {
    triggers: ['@due'],
    when: { all: [{ absent: { key: 'order' }, after: { key: 'basket' }, for: '1s' }] },
    action: { type: 'sms', payload: { text: 'Still there?' } },
  };
  const fresh = await Beckon.start({ flags: ['--dev'] });
  assert.equal((await fresh.as('CREATOR', 'PUT', '/chain-rules/nudge', { name: 'Nudge', ...wait })).status, 201);
  const subscribed = (eventTypes, more = {}) =>
    fresh.as('OPERATOR', 'POST', '/webhooks', { endpointUrl: `${fresh.base}/dev/receiver`, eventTypes, ...more });
  await subscribed(['link.clicked']);
  const page = await openConsole(browser, fresh.base, { token: await fresh.token('OPERATOR'), path: '/demo/home' });
  const go = path => page.goto(`${fresh.base}${home}/demo/${path}`);
  const issue = page.getByRole('link', { name: 'No endpoint receives “Nudge”', exact: true });
  const warning = where => where.getByText('No endpoint receives chain.message.due', { exact: true });
  const dialog = page.getByRole('dialog');
  const review = async () => {
    await page.getByLabel('Name', { exact: true }).fill('Nudge them');
    await bar(page).getByRole('button', { name: 'Review and publish' }).click();
    await dialog.getByText('Live: it waits for signals from now on').waitFor();
  };
  try {
    await issue.click();
    await warning(page.locator('#main')).waitFor();
    await review();
    await warning(dialog).waitFor();
    await dialog.getByLabel('Shadow: recorded, never shown').check();
    assert.equal(await warning(dialog).count(), 0, 'nothing is sent in shadow');
    await go('endpoints/+');
    await page.getByRole('checkbox', { name: /^chain\.message\.due/, checked: true }).waitFor();
    await subscribed(['chain.*']);
    await go('rules/nudge');
    await review();
    assert.equal(await warning(page).count(), 0);
    await go('home');
    await page.getByText('Nothing needs attention.').waitFor();
    assert.equal(await issue.count(), 0);

    // Its decision is linked to the signal that its wait began with, not to the last one.
    for (const type of ['basket', 'view', 'view'])
      await fresh.chain('signals', { sessionId: 'sess-1', signals: [{ type }] }, { from: freshAddress() });
    await go('sessions/sess-1');
    const decision = page.locator('.moment.decision');
    await decision.getByText('At the end of the wait that began with').waitFor();
    await decision.getByRole('button', { name: 'signal 1', exact: true }).waitFor();
    await page
      .locator('.moment.signal', { hasText: 'basket' })
      .getByRole('button', { name: 'decision at @due' })
      .waitFor();
    assert.equal(await page.getByRole('button', { name: 'decision at @due' }).count(), 2, 'its delivery is the other');

    await go('rules/-/results');
    const funnel = region(page, 'Funnel');
    const { json } = await fresh.as('CREATOR', 'GET', '/analytics');
    const asked = json.triggers.reduce((sum, one) => sum + one.asked, 0);
    assert.equal(asked, 1);
    assert.match(await funnel.innerText(), /Asked\s+1\s+Acted\s+1/);
    assert.deepEqual(page.faults, []);
  } finally {
    await page.context().close();
    await fresh.close();
  }
});

test('the live count is that of the simulator, for an edit that is not saved, and says when there is nothing to count', async () => {
  const fresh = await Beckon.start({ flags: ['--dev'] });
  const page = await openConsole(browser, fresh.base, { token: await fresh.token('OPERATOR'), path: '/demo/rules/+' });
  try {
    const refusals = [];
    page.on('response', answer => {
      if (answer.status() >= 400) refusals.push(answer.url());
    });
    const reach = region(page, 'Reach, last 7 days');
    await reach.getByText('No sessions were recorded last week, so there is nothing to count.').waitFor();
    for (let i = 1; i <= 5; i += 1) {
      const signals = Array.from({ length: i }, () => ({ type: 'cart', signalValue: 'add' }));
      await fresh.chain('signals', { sessionId: `r-${i}`, signals }, { from: freshAddress() });
      await fresh.chain('resolve', { sessionId: `r-${i}`, trigger: 'checkout' }, { from: freshAddress() });
    }
    const live = { name: 'Live', triggers: ['checkout'], when: cart, action: popup };
    assert.equal((await fresh.as('CREATOR', 'PUT', '/chain-rules/live', live)).status, 201);
    const simulated = async atLeast => {
      const rules = [{ ...live, ruleId: 'live', status: 'live', when: { all: [{ ...cart.all[0], atLeast }] } }];
      const since = new Date(Date.now() - 7 * 86_400_000).toISOString();
      const { json } = await fresh.as('CREATOR', 'POST', '/chain-rules/simulate', { rules, since });
      const done = await until('it is done', async () => {
        const one = (await fresh.as('CREATOR', 'GET', `/chain-rules/simulations/${json.simulationId}`)).json;
        return one.state === 'done' && one;
      });
      return [done.rules.find(one => one.ruleId === 'live').sessions, done.sessions];
    };
    await page.goto(`${fresh.base}${home}/demo/rules/live`);
    await reach.getByText('Would have acted on 5 of 5 sessions of last week.').waitFor();
    assert.deepEqual(await simulated(1), [5, 5]);
    await region(page, 'Who').getByLabel('Value', { exact: true }).fill('4');
    await reach.getByText('Would have acted on 2 of 5 sessions of last week.').waitFor();
    assert.deepEqual(await simulated(4), [2, 5]);
    assert.equal(
      (await fresh.as('CREATOR', 'GET', '/chain-rules/live')).json.when.all[0].atLeast,
      1,
      'nothing is saved',
    );
    await region(page, 'Who').getByLabel('Value', { exact: true }).fill('many');
    await reach.getByText('Not counted yet. Correct first: Enter a number.').waitFor();
    assert.deepEqual(refusals, [], 'what is known to be wrong is not sent');
    await region(page, 'Who').getByLabel('Value', { exact: true }).fill('5');
    await reach.getByText('Would have acted on 1 of 5 sessions of last week.').waitFor();
    await region(page, 'When').getByLabel('Trigger 1').fill('nowhere');
    await reach.getByText('None of the 5 sessions of last week reached this moment').waitFor();
    await fresh.as('CREATOR', 'PUT', '/chain-rules/live', { ...live, split: { holdout: 50 } });
    await page.goto(`${fresh.base}${home}/demo/rules/live`);
    const control = reach.locator('dt', { hasText: 'Control group' }).locator('+ dd');
    const left = 5 - Number(await control.innerText());
    await reach.getByText(`Would have acted on ${left} of 5 sessions of last week.`).waitFor();
    assert.deepEqual(page.faults, []);
  } finally {
    await page.context().close();
    await fresh.close();
  }
});

describe('saving', () => {
  let page;
  const written = [];
  before(async () => {
    await clear();
    await put('kept', { name: 'Kept', triggers: ['checkout'], when: cart, action: popup, priority: 3 });
    await put('other', { name: 'Other', triggers: ['checkout'], when: cart, action: popup });
    page = await open('/kept');
    // What changes nothing: a count, a preview, a sign-in.
    const harmless = /\/chain-rules\/(simulate|simulations|preview)|\/auth\//;
    page.on('request', one => {
      if (one.method() !== 'GET' && !harmless.test(one.url())) written.push(`${one.method()} ${one.url()}`);
    });
  });
  after(() => page?.context().close());

  test('nothing is written without the button, whatever is changed', async () => {
    const main = page.locator('main');
    for (const field of await main.locator('.cols input[type=text]:visible').all()) {
      await field.press('End');
      await field.press('1');
      await field.press('Escape');
    }
    await page.getByRole('button', { name: 'Add condition' }).first().click();
    await page.getByRole('button', { name: 'Add limit' }).click();
    await page.getByText('Unsaved changes', { exact: true }).waitFor();
    await bar(page)
      .getByText(/\d+ changes/)
      .waitFor();
    await page.getByRole('link', { name: 'JSON', exact: true }).click();
    await page.getByRole('link', { name: 'Edit', exact: true }).click();
    await bar(page).getByRole('button', { name: 'Discard' }).click();
    await bar(page).getByText('No changes').waitFor();
    assert.deepEqual(written, []);
  });

  test('a review says what changes before it is published', async () => {
    await page.getByLabel('Name', { exact: true }).fill('Kept well');
    await region(page, 'Who').getByLabel('In the last', { exact: true }).fill('45');
    await bar(page).getByText('2 changes').waitFor();
    await bar(page)
      .getByRole('button', { name: /^Review and publish/ })
      .click();
    const dialog = page.getByRole('dialog', { name: 'Publish Kept well?' });
    const changes = await dialog.getByRole('region', { name: 'What changes' }).innerText();
    assert.match(changes, /Name:\s*Kept\s*→\s*Kept well/);
    assert.match(changes, /Within:\s*30 minutes\s*→\s*45 minutes/);
    assert.deepEqual(written, []);
    await dialog.getByRole('button', { name: 'Publish' }).click();
    await page.getByText('Published', { exact: true }).waitFor();
    assert.deepEqual([(await stored('kept')).name, (await stored('kept')).when.all[0].within], ['Kept well', '45m']);
    assert.equal(written.length, 1);
  });

  test('a live rule is made a draft only when that was agreed to', async () => {
    await bar(page).getByRole('button', { name: 'Save as draft' }).click();
    const dialog = page.getByRole('dialog', { name: 'Take Kept well out of service?' });
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    assert.equal((await stored('kept')).status, 'live');
    await bar(page).getByRole('button', { name: 'Save as draft' }).click();
    await dialog.getByRole('button', { name: 'Save as draft' }).click();
    await page.getByText('Saved as draft', { exact: true }).waitFor();
    assert.equal((await stored('kept')).status, 'draft');
  });

  test('the history of a rule has its versions alone, and rolls back this rule alone', async () => {
    await put('other', { name: 'Other, later', triggers: ['checkout'], when: cart, action: popup });
    await page.getByRole('link', { name: 'History', exact: true }).click();
    const history = region(page, 'History');
    await history.getByRole('listitem').first().waitFor();
    const { items } = (await beckon.as('CREATOR', 'GET', '/chain-rules/versions?limit=200')).json;
    const mine = items.filter(one => one.changes.some(change => change.ruleId === 'kept'));
    const shown = await history.locator('li b').allInnerTexts();
    const expected = mine.map(one => `Version ${one.version}`);
    assert.deepEqual(shown, expected);
    const first = mine.at(-1).version;
    await history.getByRole('button', { name: `Changes in version ${mine[1].version}`, exact: true }).click();
    const lines = history.getByRole('region', { name: 'Lines of kept' });
    assert.match(await lines.innerText(), /−\s+"name": "Kept",\n+\+\s+"name": "Kept well",/);
    await history.getByRole('button', { name: `Roll back to version ${first}`, exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
    await page.getByText('Rolled back', { exact: true }).waitFor();
    const kept = await stored('kept');
    assert.deepEqual([kept.name, kept.status ?? 'live', kept.when.all[0].within], ['Kept', 'live', '30m']);
    assert.equal((await stored('other')).name, 'Other, later');
    await page.getByRole('link', { name: 'Edit', exact: true }).click();
    assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'Kept');
    assert.deepEqual(page.faults, []);
  });
});

test('every control of the form is reached by the Tab key, and a rule is written and published by keyboard alone', async () => {
  await clear();
  const page = await open('/+');
  const reachable = () =>
    page.evaluate(
      () =>
        [...document.querySelectorAll('main :is(a[href], button, input, select, textarea, summary)')].filter(one => {
          const isRadio = one.type === 'radio' && !one.checked; // reached by arrow keys
          return one.checkVisibility() && one.tabIndex >= 0 && !isRadio && !one.disabled;
        }).length,
    );
  const count = await reachable();
  await page.evaluate(() => {
    document.getElementById('main').focus();
    globalThis.visited = new Set();
  });
  for (let i = 0; i < count + 30; i += 1) {
    await page.keyboard.press('Tab');
    const isOut = await page.evaluate(() => {
      const here = document.activeElement;
      if (document.querySelector('main').contains(here)) globalThis.visited.add(here);
      return globalThis.visited.size > 0 && !document.querySelector('main').contains(here);
    });
    if (isOut) break;
  }
  assert.equal(await page.evaluate(() => globalThis.visited.size), count);

  await page.getByLabel('Name', { exact: true }).focus();
  await page.keyboard.type('By keys');
  const goTo = async (what, from = 'Tab') => {
    for (let i = 0; i < 120; i += 1) {
      await page.keyboard.press(from);
      const name = await page.evaluate(() => {
        const { activeElement: here } = document;
        return here.getAttribute('aria-label') ?? here.labels?.[0]?.textContent ?? here.textContent;
      });
      if (name?.startsWith(what)) return;
    }
    assert.fail(`the Tab key does not lead to ${what}`);
  };
  await goTo('Trigger 1');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('exit_intent');
  await page.keyboard.press('Escape');
  await goTo('Comparison');
  await page.keyboard.press('ArrowDown'); // at most
  await goTo('Value');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('7');
  await goTo('Headline');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('No mouse was here');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('dialog', { name: 'Publish By keys?' }).waitFor();
  await goTo('Publish');
  await page.keyboard.press('Enter');
  await page.getByText('Published', { exact: true }).waitFor();
  const { triggers, when, action, status } = await stored('by-keys');
  assert.deepEqual(
    [triggers, when.all[0].atMost, action.payload.title, status],
    [['exit_intent'], 7, 'No mouse was here', 'live'],
  );
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test('everybody can read it, at any width', async () => {
  await clear();
  const long = 'x'.repeat(64);
  await put(long, {
    name: 'Сохранить корзину カートを保存 احفظ السلة Save the very long name of a rule that nobody cuts',
    triggers: [`${'t'.repeat(60)}`, 'checkout'],
    when: {
      all: [
        {
          sum: { key: 'k'.repeat(60), field: 'amount', meta: { currency: { in: ['EUR'] } } },
          within: '30m',
          atLeast: 5,
        },
        { any: [{ context: 'country', in: ['AT'] }, { all: [{ trait: 'plan', equals: 'pro' }] }] },
      ],
      none: [{ steps: [{ key: 'view' }, { key: 'cart' }], reached: 2 }],
    },
    actions: { a: popup, b: { type: 'banner', payload: { text: 'Free delivery' } } },
    split: { holdout: 5, arms: { a: 1, b: 1 } },
    limit: { cooldown: '1h', caps: [{ max: 1, per: '7d' }] },
    active: { hours: '08:00-22:00', days: ['mon'], zone: 'Europe/Berlin' },
  });
  await put('waits', {
    triggers: ['@due'],
    when: { all: [{ absent: { key: 'purchase' }, after: { key: 'cart' }, for: '30m' }] },
    action: { type: 'email', payload: { template: 'x' } },
  });
  const page = await open('');
  // At each width, in one of the themes.
  const looked = async what => {
    for (const [colorScheme, width] of [
      ['light', 320],
      ['dark', 768],
      ['light', 1280],
      ['dark', 1600],
    ]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${what} scrolls sideways by ${wide} px at ${width}`);
      await assertReadable(page, `${what}, ${colorScheme}, ${width} px`);
    }
  };
  for (const [what, path] of Object.entries({
    list: '',
    'new rule': '/+',
    rule: `/${long}`,
    'delayed rule': '/waits',
    history: `/${long}?as=history`,
    versions: '/-/versions',
  })) {
    await page.goto(`${beckon.base}${home}/demo/rules${path}`);
    await page.locator('main .panel').first().waitFor();
    await page.evaluate(() => document.fonts.ready);
    await looked(what);
  }
  await page.goto(`${beckon.base}${home}/demo/rules/${long}`);
  await page.getByLabel('Name', { exact: true }).fill('Changed');
  await bar(page)
    .getByRole('button', { name: /^Review and publish/ })
    .click();
  await page.getByRole('dialog').waitFor();
  await looked('review');
  await page.keyboard.press('Escape');
  const key = page.getByRole('combobox', { name: 'Goal event' });
  await key.focus();
  await key.press('ArrowDown');
  await page.getByRole('listbox').waitFor();
  await looked('suggestions');
  assert.deepEqual(page.faults, []);
  await page.context().close();
});
