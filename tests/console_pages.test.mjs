// Every page of the console, in both themes, wide and narrow: readable by everybody, and safe with whatever is stored.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { Beckon, quickRetries } from './kit/beckon.mjs';
import { follow, openBrowser, openConsole } from './kit/browser.mjs';
import { hostile } from './kit/hostile.mjs';
import { basic } from './kit/neighbours.mjs';
import { assertReadable, assertReadableInBothThemes } from './kit/readable.mjs';
import { until } from './kit/wait.mjs';

let beckon, browser, token, admin, places;

// Data for every page: a session with a decision, deliveries that ended well and badly, a rule.
before(async () => {
  beckon = await Beckon.start({ flags: ['--dev', ...quickRetries] });
  browser = await openBrowser();
  token = await beckon.token('OPERATOR');
  admin = await beckon.token('PLATFORM_ADMIN');
  await beckon.as('CREATOR', 'PUT', '/chain-rules/cart-rescue', {
    name: 'Save the cart',
    triggers: ['checkout'],
    when: { all: [{ count: { key: 'cart' }, within: '30m', atLeast: 1 }] },
    action: { type: 'popup', payload: { code: 'SAVE10' } },
  });
  await beckon.as('CREATOR', 'PUT', '/chain-rules/always', {
    triggers: ['never'],
    when: { all: [{ count: { key: 'cart' }, atLeast: 0 }] },
    action: { type: 'popup' },
  });
  const { json: failing } = await beckon.as('OPERATOR', 'POST', '/webhooks', {
    endpointUrl: `${beckon.base}/dev/receiver/gone`,
    eventTypes: ['link.clicked'],
    description: 'CRM',
  });
  await beckon.signal('sess-1', { type: 'cart', signalValue: 'add' }, { type: 'link.clicked' });
  await beckon.call('POST', '/v1/batch', {
    body: {
      batch: [
        { type: 'track', event: 'Order Completed', userId: 'ada', properties: { text: 'x'.repeat(3000) } },
        { type: 'track', event: '', userId: 'ada', messageId: 'm-1' },
      ],
    },
    headers: basic('demo'),
  });
  await beckon.as('OPERATOR', 'POST', '/visitors/ada/traits', { set: { plan: 'pro' } });
  await beckon.chain('resolve', { sessionId: 'sess-1', trigger: 'checkout' });
  await beckon.as('OPERATOR', 'POST', '/tokens', { name: 'Shop backend', scopes: ['chain.resolve', 'webhooks.*'] });
  const deliveries = async () =>
    (await beckon.as('OPERATOR', 'GET', `/webhooks/${failing.subscriptionId}/deliveries`)).json.items;
  await until('a delivery has failed', async () => (await deliveries()).some(one => one.status === 'failed'));
  const [delivery] = await deliveries();
  const { json: session } = await until('the decision is recorded', async () => {
    const got = await beckon.as('CREATOR', 'GET', '/chain/sess-1');
    return got.json.decisions.length ? got : null;
  });
  places = {
    append: '/demo/append?session=sess-1',
    resolve: '/demo/resolve?session=sess-1',
    subscribe: '/demo/subscribe',
    test: '/demo/test',
    rules: '/demo/rules',
    'rule of no use': '/demo/rules/always',
    rule: '/demo/rules/cart-rescue',
    'rule as JSON': '/demo/rules/cart-rescue?as=json',
    'new rule': '/demo/rules/+',
    versions: '/demo/rules/-/versions',
    simulate: '/demo/rules/-/simulate',
    results: '/demo/rules/-/results',
    home: '/demo/home',
    deliveries: '/demo/deliveries',
    delivery: `/demo/deliveries/${delivery.subscriptionId}/${delivery.deliveryId}`,
    event: `/demo/events/${delivery.eventId}`,
    live: '/demo/live',
    sessions: '/demo/sessions',
    session: '/demo/sessions/sess-1',
    people: '/demo/people',
    person: '/demo/people/ada',
    traits: '/demo/people/-/traits',
    tokens: '/demo/tokens',
    sources: '/demo/sources',
    decision: `/demo/decisions/${session.decisions[0].decisionId}?session=sess-1`,
    audit: '/demo/audit',
    nothing: '/demo/nothing',
  };
});
after(async () => {
  await browser?.close();
  await beckon?.close();
});

// Loads the page anew; the sign-in stays.
async function visit(page, path) {
  await page.goto(`${beckon.base}/apps/lifecycle-messaging${path}`);
  await page.locator('h1').waitFor();
  await page.waitForFunction(() => !document.querySelector('.loading'));
}

test('axe finds nothing on any page, in either theme', async () => {
  const page = await openConsole(browser, beckon.base);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await assertReadableInBothThemes(page, 'sign-in');
  await page.context().close();
  const signed = await openConsole(browser, beckon.base, { token });
  for (const [name, path] of Object.entries(places)) {
    await follow(signed, path);
    await assertReadableInBothThemes(signed, name);
  }
  assert.deepEqual(signed.faults, []);
  await signed.context().close();
  const ruler = await openConsole(browser, beckon.base, { token: admin });
  await follow(ruler, '/-/allowlist');
  await assertReadableInBothThemes(ruler, 'allowlist');
  await ruler.context().close();
});

test('axe finds nothing in what is opened by a click, in either theme', async () => {
  const page = await openConsole(browser, beckon.base, { token });
  const press = name => page.getByRole('button', { name }).first().click();
  await visit(page, places.versions);
  await press(/^Changes in version/);
  await page
    .getByRole('region', { name: /^Lines of/ })
    .first()
    .waitFor();
  await assertReadableInBothThemes(page, 'a difference');
  await visit(page, places.resolve);
  await press(/^Resolve/);
  await page.getByRole('article', { name: 'Decision at checkout' }).waitFor();
  await page.keyboard.press('i');
  await page.getByRole('heading', { name: /^Response/ }).waitFor();
  await assertReadableInBothThemes(page, 'a decision and the inspector');
  await page.keyboard.press('i');
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await assertReadableInBothThemes(page, 'the help sheet');
  await page.keyboard.press('Escape');
  await visit(page, places.subscribe);
  await press('Edit');
  await page.getByRole('dialog').waitFor();
  await assertReadableInBothThemes(page, 'a subscription that is edited');
  await page.keyboard.press('Escape');
  await press('Use the built-in receiver');
  await press(/^Subscribe/);
  await page.locator('.secret').waitFor();
  await page.getByText('Code to verify a delivery').click();
  await assertReadableInBothThemes(page, 'the secret');
  await page.getByRole('link', { name: 'Send a test delivery' }).click();
  await press(/^Send a test/);
  await page.getByText('verified the signature').waitFor();
  await assertReadableInBothThemes(page, 'a test');
  await visit(page, places['rule of no use']);
  await page.getByText('Happens without any signals').click();
  await assertReadableInBothThemes(page, 'a warning');
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test('at 320 px every page reflows, and axe finds nothing', async () => {
  const page = await openConsole(browser, beckon.base, { token, width: 320, height: 640 });
  for (const [name, path] of Object.entries(places)) {
    await follow(page, path);
    if (name === 'resolve') {
      await page.getByRole('button', { name: /^Resolve/ }).click();
      await page.locator('article.decision').waitFor();
    }
    assert.ok(
      await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
      `${name} scrolls sideways`,
    );
    assert.doesNotMatch(await page.locator('#main').innerText(), /`/, `${name} shows code as code`);
    await assertReadable(page, name);
  }
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test('a window made wider or narrower keeps the menu usable', async () => {
  const page = await openConsole(browser, beckon.base, { token, width: 640, height: 700 });
  const link = page.getByRole('link', { name: 'Sessions', exact: true });
  const menu = page.getByRole('button', { name: 'Open menu' });
  await page.getByRole('heading', { level: 1 }).waitFor();
  assert.equal(await link.isVisible(), false, 'it is closed on a narrow screen');
  await page.setViewportSize({ width: 1100, height: 700 });
  await link.waitFor();
  assert.equal(await menu.isVisible(), false);
  await page.setViewportSize({ width: 720, height: 700 });
  await link.waitFor({ state: 'hidden' });
  await menu.click();
  await link.waitFor();
  await link.click();
  await link.waitFor({ state: 'hidden' });
  await page.setViewportSize({ width: 1280, height: 700 });
  await link.waitFor();
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test('nothing sticks out of the menu, even beside a scrollbar', async () => {
  const plain = await openBrowser({ showsScrollbars: true });
  try {
    const page = await openConsole(plain, beckon.base, { token, width: 1200, height: 420 });
    const [wide, room, bar] = await page
      .locator('.side')
      .evaluate(side => [side.scrollWidth, side.clientWidth, side.offsetWidth - side.clientWidth]);
    assert.ok(bar > 1, 'it has a scrollbar');
    assert.ok(wide <= room, `${wide} px in ${room} px`);
  } finally {
    await plain.close();
  }
});

test('after a sign-in is revoked nothing is asked until somebody signs in again, and no error stays', async () => {
  const { out: short } = await beckon.cli('token', '--handle', 'demo', '--role', 'OPERATOR', '--data', beckon.data);
  const page = await openConsole(browser, beckon.base, { token: short });
  await page.clock.install();
  await visit(page, places.delivery);
  const asked = [];
  page.on('request', request => asked.push(request.url()));
  const ended = await fetch(`${beckon.base}/v2/auth/logout`, {
    method: 'POST',
    headers: { authorization: `Bearer ${short}` },
  });
  assert.ok(ended.ok);
  await page.clock.runFor(30_000);
  const dialog = page.getByRole('dialog', { name: 'Sign in again' });
  await dialog.waitFor();
  asked.length = 0;
  await page.clock.runFor(300_000);
  assert.deepEqual(asked, []);
  const read = page.waitForResponse(answer => /\/deliveries\/dlv_/.test(answer.url()) && answer.ok());
  await dialog.getByLabel('Token').fill(token);
  await dialog.getByRole('button', { name: 'Sign in with token' }).click();
  await read;
  await dialog.waitFor({ state: 'hidden' });
  assert.equal(await page.getByRole('alert').count(), 0);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test('after an outage a page loads again, by its button and by itself', async () => {
  const fresh = await Beckon.start({ flags: ['--dev'] });
  const page = await openConsole(browser, fresh.base, { token: await fresh.token('OPERATOR'), path: '/demo/append' });
  try {
    const to = async view => {
      await page.getByRole('link', { name: view, exact: true }).first().click();
      await page.getByRole('heading', { level: 1, name: view, exact: true }).waitFor();
    };
    for (const view of ['Sessions', 'Audit log']) await to(view); // their code is loaded
    await page.clock.install();
    for (const [view, again] of [
      ['Sessions', () => page.getByRole('button', { name: 'Try again' }).first().click()],
      ['Audit log', () => page.clock.runFor(5_000)],
    ]) {
      await fresh.stop();
      await to(view);
      await page.getByText('No response from the server').first().waitFor();
      await page.getByRole('button', { name: 'Try again' }).first().waitFor();
      await fresh.open();
      await again();
      await page.getByText('No response from the server').first().waitFor({ state: 'hidden' });
      assert.equal(await page.getByRole('button', { name: 'Try again' }).count(), 0);
    }
    assert.deepEqual(page.faults, []);
  } finally {
    await page.context().close();
    await fresh.close();
  }
});

test('the browser’s Back takes a filter back, and a filter is set by keyboard alone', async () => {
  const page = await openConsole(browser, beckon.base, { token, path: '/demo/deliveries' });
  const chip = page.getByRole('button', { name: 'Event type', exact: true });
  await chip.focus();
  await page.keyboard.press('Enter');
  const field = page.getByRole('group', { name: 'Event type' }).getByLabel('Event type');
  await until('the field has the focus', () => field.evaluate(one => one === document.activeElement));
  await page.keyboard.type('link.clicked');
  await page.keyboard.press('Enter');
  await page.waitForURL(/eventType=link\.clicked/);
  await page.getByRole('searchbox').first().fill('dlv');
  await page.waitForURL(/q=dlv/);
  await page.goBack();
  await page.waitForURL(url => !url.search.includes('eventType'));
  assert.match(page.url(), /\/demo\/deliveries(\?|$)/, 'still the same page; typing made no step of its own');
  await page.context().close();
});

test('an endpoint that does not exist is said to be missing', async () => {
  const page = await openConsole(browser, beckon.base, { token, path: '/demo/endpoints/whs_none' });
  await page.getByText('There is no endpoint with the id whs_none.').waitFor();
  await page.context().close();
});

test('edits of a payload are discarded by Escape only when that was agreed to', async () => {
  const page = await openConsole(browser, beckon.base, { token });
  await visit(page, places.delivery);
  await page.getByRole('button', { name: 'Edit and resend' }).click();
  const dialog = page.getByRole('dialog', { name: /^Edit/ });
  await dialog.getByLabel('Payload').fill('{"a": 1}');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Keep editing' }).click();
  assert.equal(await dialog.getByLabel('Payload').inputValue(), '{"a": 1}');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Discard changes' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page.context().close();
});

test('a rule pasted with its id needs no other, and a different one in the form is an error', async () => {
  const page = await openConsole(browser, beckon.base, { token });
  const pasted = id => JSON.stringify({ ruleId: id, triggers: ['cancel'], when: {}, action: { type: 'offer' } });
  const editor = page.getByRole('textbox', { name: 'Rule, as JSON' });
  await visit(page, '/demo/rules/+');
  await page.getByLabel('Id', { exact: true }).fill('Keep');
  await page.getByText('Enter an id of at most 64 characters from a-z, 0-9, _ and -').first().waitFor();
  await page.getByLabel('Id', { exact: true }).fill('keep');
  await page.getByRole('link', { name: 'JSON', exact: true }).click();
  await editor.fill(pasted('keep-them'));
  await page.getByText('The ruleId here is keep-them, but the id of this rule is keep.').first().waitFor();
  await page.getByRole('link', { name: 'Edit', exact: true }).click();
  await page.getByLabel('Id', { exact: true }).fill('');
  await page.getByRole('link', { name: 'JSON', exact: true }).click();
  await editor.fill(pasted('keep-them'));
  await page.getByRole('button', { name: 'Save as draft' }).click();
  await page.waitForURL(/\/rules\/keep-them/);
  const { json } = await beckon.as('CREATOR', 'GET', '/chain-rules/keep-them');
  assert.deepEqual([json.ruleId, json.action.type], ['keep-them', 'offer']);
  await beckon.as('CREATOR', 'DELETE', '/chain-rules/keep-them');
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test('an attempt shows long headers whole, and says that it keeps only a part of the body', async () => {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(502, { 'x-trace': 'abcdefgh'.repeat(120) }).end('y'.repeat(9000));
  });
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  const page = await openConsole(browser, beckon.base, { token });
  try {
    const { json: hook } = await beckon.as('OPERATOR', 'POST', '/webhooks', {
      endpointUrl: `http://127.0.0.1:${server.address().port}/`,
      eventTypes: ['webhook.test'],
    });
    const { json: sent } = await beckon.as('OPERATOR', 'POST', `/webhooks/${hook.subscriptionId}/test`, {});
    await visit(page, `/demo/deliveries/${hook.subscriptionId}/${sent.deliveryId}`);
    const headers = page.getByLabel('Response headers of attempt 1', { exact: true });
    await page.getByRole('button', { name: /^Attempt 1 / }).click();
    await page.getByRole('region', { name: 'Payload' }).getByText('Response', { exact: true }).click();
    await headers.waitFor();
    assert.ok(await headers.evaluate(box => box.scrollWidth <= box.clientWidth), 'it wraps');
    await page.getByText('Cut after 4 KiB').first().waitFor();
    await beckon.as('OPERATOR', 'DELETE', `/webhooks/${hook.subscriptionId}`);
  } finally {
    await page.context().close();
    server.closeAllConnections();
    await new Promise(done => server.close(done));
  }
});

test('a rule, event, delivery or decision that does not exist is reported in the API’s own sentence', async () => {
  await beckon.as('CREATOR', 'PUT', '/chain-rules/short-lived', {
    triggers: ['never'],
    when: {},
    action: { type: 'popup' },
  });
  assert.equal((await beckon.as('CREATOR', 'DELETE', '/chain-rules/short-lived')).status, 204);
  const [subscription] = (await beckon.as('OPERATOR', 'GET', '/webhooks')).json.items;
  const deliveries = `/webhooks/${subscription.subscriptionId}/deliveries`;
  const missing = [
    ['/demo/rules/short-lived', '/chain-rules/short-lived'],
    ['/demo/rules/cart-rescu', '/chain-rules/cart-rescu'],
    ['/demo/events/evt_mistyped', '/events/evt_mistyped'],
    [`/demo/deliveries/${subscription.subscriptionId}/dlv_mistyped`, `${deliveries}/dlv_mistyped`],
    ['/demo/deliveries/whs_mistyped/dlv_mistyped', '/webhooks/whs_mistyped/deliveries/dlv_mistyped'],
    ['/demo/decisions/dec_mistyped', '/decisions/dec_mistyped'],
  ];
  const page = await openConsole(browser, beckon.base, { token });
  for (const [path, route] of missing) {
    const { status, json } = await beckon.as('OPERATOR', 'GET', route);
    assert.equal(status, 404, route);
    await visit(page, path);
    const note = await page.getByRole('alert').innerText();
    for (const part of ['404', json.error, json.message, 'req_']) assert.ok(note.includes(part), `${path}: ${note}`);
  }
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

describe('forty hostile texts, stored through the API', () => {
  const where = {};
  before(async () => {
    const name = index => `hostile-${index}`;
    await beckon.widen();
    const signals = hostile.map((text, index) => ({
      type: 'view',
      signalValue: text,
      source: text.slice(0, 64),
      metadata: { text },
      at: Date.now() - 60_000 + index,
    }));
    for (const [index, signal] of signals.entries())
      assert.equal((await beckon.signal('sess-hostile', signal)).status, 202, hostile[index]);
    const context = Object.fromEntries(hostile.slice(0, 10).map((text, index) => [`field${index}`, text]));
    await beckon.chain('signals', { sessionId: 'sess-hostile', signals: [{ type: 'view' }], context });
    for (const [index, text] of hostile.entries()) {
      const made = await beckon.as('CREATOR', 'PUT', `/chain-rules/${name(index)}`, {
        name: text,
        priority: index,
        triggers: ['hostile'],
        when: {},
        action: { type: text.slice(0, 64), payload: { text: text.replaceAll('{{', '{{{{') } }, // {{ opens a placeholder
        status: index === hostile.length - 1 ? 'live' : 'draft',
      });
      assert.equal(made.status, 201, made.text);
    }
    for (const text of hostile.slice(0, 20))
      await beckon.as('OPERATOR', 'POST', '/webhooks', {
        endpointUrl: `${beckon.base}/dev/receiver`,
        eventTypes: ['order.paid'],
        description: text,
      });
    const { json: event } = await beckon.as('OPERATOR', 'POST', '/events', {
      type: 'order.paid',
      payload: { texts: hostile },
    });
    const { json } = await until('the event was delivered', async () => {
      const got = await beckon.as('OPERATOR', 'GET', `/events/${event.eventId}`);
      return got.json.deliveries?.every(one => one.status === 'delivered') ? got : null;
    });
    const set = Object.fromEntries(hostile.map((text, index) => [`text${index}`, text]));
    await beckon.as('OPERATOR', 'POST', '/visitors/hostile/traits', { set });
    const { traits } = (await beckon.as('OPERATOR', 'GET', '/visitors/hostile')).json;
    where.values = Object.values(traits).map(one => one.value);
    assert.ok(where.values.length > 20);
    where.event = `/demo/events/${event.eventId}`;
    where.delivery = `/demo/deliveries/${json.deliveries[0].subscriptionId}/${json.deliveries[0].deliveryId}`;
  });

  test('are shown as text on every page, run nothing and violate no policy', async () => {
    const page = await openConsole(browser, beckon.base, { token });
    page.on('dialog', dialog => {
      page.faults.push(`a dialog opened: ${dialog.message()}`);
      void dialog.dismiss();
    });
    const shows = async (path, texts) => {
      await visit(page, path);
      await page.waitForFunction(
        text => document.getElementById('main').innerText.includes(text),
        texts[0].slice(0, 30),
      );
      const seen = await page.evaluate(() => document.getElementById('main').textContent);
      for (const text of texts)
        assert.ok(seen.includes(text) || seen.includes(JSON.stringify(text).slice(1, -1)), `${path} shows ${text}`);
      assert.equal(await page.evaluate(() => globalThis.pwned), undefined, path);
    };
    await shows('/demo/sessions/sess-hostile', [...hostile].reverse().slice(0, 39));
    await shows('/demo/rules', hostile);
    await shows('/demo/rules/hostile-0', [hostile[0]]);
    await visit(page, '/demo/rules/-/versions');
    await page
      .getByRole('button', { name: /^Changes in version/ })
      .first()
      .click();
    const lines = page.getByRole('region', { name: `Lines of hostile-${hostile.length - 1}` });
    await lines.waitFor();
    assert.ok((await lines.textContent()).includes(JSON.stringify(hostile.at(-1)).slice(1, -1)));
    await shows('/demo/subscribe', hostile.slice(0, 20));
    await shows('/demo/people/hostile', where.values);
    await shows(where.event, hostile);
    await shows(where.delivery, hostile);
    await visit(page, '/demo/resolve?session=sess-hostile&triggers=hostile');
    await page.getByRole('button', { name: /^Resolve/ }).click();
    await page.getByRole('article', { name: 'Decision at hostile' }).getByText('\u202eevil').first().waitFor();
    for (const text of hostile.filter(one => !one.includes('/'))) {
      await visit(
        page,
        `/${encodeURIComponent(text)}/${encodeURIComponent(text)}?session=${encodeURIComponent(text)}&triggers=${encodeURIComponent(text)}`,
      );
    }
    assert.equal(await page.evaluate(() => globalThis.pwned), undefined);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });
});
