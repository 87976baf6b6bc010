// Every page and dialog of the console from a small telephone to a wide screen, in both themes, with ids as long as they
// may be and names in four scripts: nothing sticks out, nothing is cut without being whole on hover, and axe finds
// nothing. With BECKON_SHOTS, a picture of each is saved in that folder.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Beckon, quickRetries } from './kit/beckon.mjs';
import { accountMenu, follow, openBrowser, openConsole } from './kit/browser.mjs';
import { layoutFaults } from './kit/looks.mjs';
import { assertReadable } from './kit/readable.mjs';
import { until } from './kit/wait.mjs';

const kWidths = [320, 768, 1280, 1600];
const kThemes = ['light', 'dark'];
const kShots = process.env.BECKON_SHOTS;

const long = (prefix, length = 128) => prefix + 'x7qm'.repeat(length).slice(0, length - prefix.length);
const kNames = 'Спасти корзину · カートを救う · أنقذ السلة · Rettet den Einkaufswagen';

let beckon, browser, owner, admin, ids;

before(async () => {
  beckon = await Beckon.start({ flags: ['--dev', ...quickRetries] });
  browser = await openBrowser();
  ids = { session: long('s'), visitor: long('v'), rule: long('r', 64) };
  const rule = await beckon.as('CREATOR', 'PUT', `/chain-rules/${ids.rule}`, {
    name: kNames,
    triggers: ['checkout', long('t', 64)],
    when: { all: [{ count: { key: 'cart', value: 'add' }, within: '30m', atLeast: 1 }] },
    action: { type: 'popup', payload: { headline: kNames, code: 'SAVE10' } },
    goal: { key: 'purchase', within: '24h', valueField: 'amount' },
  });
  assert.equal(rule.status, 201, rule.text);
  await beckon.as('CREATOR', 'PUT', '/chain-rules/always', {
    triggers: ['never'],
    when: { all: [{ count: { key: 'cart' }, atLeast: 0 }] },
    action: { type: 'popup' },
  });
  const hook = (path, eventTypes, description) =>
    beckon.as('OPERATOR', 'POST', '/webhooks', {
      endpointUrl: `${beckon.base}/dev/receiver${path}`,
      eventTypes,
      description,
    });
  await hook('', ['*'], kNames);
  const { json: failing } = await hook('/gone', ['link.clicked'], long('crm', 100));
  await beckon.as('OPERATOR', 'PUT', '/traits/plan', { type: 'string' });
  await beckon.as('OPERATOR', 'POST', `/visitors/${ids.visitor}/traits`, { set: { plan: kNames } });
  const { status, text } = await beckon.chain('signals', {
    sessionId: ids.session,
    visitorId: ids.visitor,
    signals: [
      { type: 'cart', signalValue: 'add', metadata: { amount: 50, text: kNames } },
      { type: 'link.clicked', signalValue: `/${long('p', 200)}` },
      { type: long('k', 64) },
    ],
  });
  assert.equal(status, 202, text);
  await beckon.chain('resolve', { sessionId: ids.session, trigger: 'checkout' });
  await beckon.as('OPERATOR', 'POST', '/tokens', {
    name: kNames.slice(0, 30),
    scopes: ['chain.resolve', 'webhooks.*'],
  });
  await beckon.as('OWNER', 'POST', '/invitations', { email: `${long('m', 60)}@example.com`, role: 'CREATOR' });
  await beckon.addUser(`${long('u', 60)}@example.com`, 'a long enough password');
  const listed = async () =>
    (await beckon.as('OPERATOR', 'GET', `/webhooks/${failing.subscriptionId}/deliveries`)).json.items;
  await until('a delivery has failed', async () => (await listed()).some(one => one.status === 'failed'));
  [ids.delivery] = await listed();
  const { json } = await until('the decision is recorded', async () => {
    const got = await beckon.as('CREATOR', 'GET', `/chain/${ids.session}`);
    return got.json.decisions.length ? got : null;
  });
  ids.decision = json.decisions[0].decisionId;
  owner = await openConsole(browser, beckon.base, { token: await beckon.token('OWNER') });
  admin = await openConsole(browser, beckon.base, { token: await beckon.token('PLATFORM_ADMIN'), path: '/-/users' });
});
after(async () => {
  await browser?.close();
  await beckon?.close();
});

const places = () => {
  const { subscriptionId, deliveryId, eventId } = ids.delivery;
  return {
    home: 'home',
    append: `append?session=${ids.session}`,
    resolve: `resolve?session=${ids.session}`,
    subscribe: 'subscribe',
    test: 'test',
    rules: 'rules',
    rule: `rules/${ids.rule}`,
    'a rule as JSON': `rules/${ids.rule}?as=json`,
    'a new rule': 'rules/+',
    results: 'rules/-/results',
    'results of a rule': `rules/-/results?rule=${ids.rule}`,
    simulate: 'rules/-/simulate',
    versions: 'rules/-/versions',
    people: 'people',
    person: `people/${ids.visitor}`,
    traits: 'people/-/traits',
    deliveries: 'deliveries',
    live: 'live',
    delivery: `deliveries/${subscriptionId}/${deliveryId}`,
    event: `events/${eventId}`,
    sessions: 'sessions',
    session: `sessions/${ids.session}`,
    decision: `decisions/${ids.decision}?session=${ids.session}`,
    endpoints: 'endpoints',
    'a new endpoint': 'endpoints/+',
    sources: 'sources',
    settings: 'settings',
    origins: 'settings?tab=origins',
    limits: 'settings?tab=limits',
    scores: 'settings?tab=scores',
    identity: 'settings?tab=identity',
    'data requests': 'settings?tab=requests',
    publish: 'publish',
    import: 'import',
    tokens: 'tokens',
    members: 'members',
    audit: 'audit',
    account: 'account',
    nothing: 'nothing',
  };
};

async function visit(page, path) {
  await follow(page, `/${path}`);
  assert.equal(
    await page.getByRole('heading', { name: 'Page not found' }).count(),
    path.endsWith('/nothing') ? 1 : 0,
    path,
  );
}

const settled = page =>
  page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));

// Looks at what is shown at every width and in both themes, and returns what is wrong.
async function lookAt(page, name) {
  const faults = [];
  for (const scheme of kThemes) {
    await page.emulateMedia({ colorScheme: scheme });
    // The themes differ in the values of colors alone: one width shows whether the dark one holds too.
    for (const width of kShots || scheme === 'light' ? kWidths : [1280]) {
      await page.setViewportSize({ width, height: 900 });
      await settled(page);
      for (const fault of await layoutFaults(page)) faults.push(`${name}, ${width} px, ${scheme}: ${fault}`);
      if (kShots) {
        mkdirSync(kShots, { recursive: true });
        const path = join(kShots, `${name.replaceAll(' ', '-')}-${width}-${scheme}.png`);
        await page.screenshot({ path, fullPage: !(await page.locator('dialog[open]').count()) });
      }
      // The narrow and the wide form, once in each theme.
      if (width === (scheme === 'light' ? 320 : 1280))
        await assertReadable(page, `${name}, ${width} px, ${scheme}`).catch(error => faults.push(error.message));
    }
  }
  return faults;
}

test('every page holds at every width, in both themes', async t => {
  const admins = {
    'allowed hosts': 'allowlist',
    users: 'users',
    backups: 'backups',
    cluster: 'cluster',
    'server audit log': 'audit',
  };
  for (const [name, path] of Object.entries(places()))
    await t.test(name, async () => {
      await visit(owner, `demo/${path}`);
      assert.deepEqual(await lookAt(owner, name), []);
    });
  for (const [name, path] of Object.entries(admins))
    await t.test(name, async () => {
      await visit(admin, `-/${path}`);
      assert.deepEqual(await lookAt(admin, name), []);
    });
  assert.deepEqual([...owner.faults, ...admin.faults], []);
});

test('so does the sign-in, and a link that is unknown', async () => {
  const faults = [];
  for (const [name, path] of [
    ['sign-in', ''],
    ['a link', '#invitation=unknown'],
  ]) {
    const page = await openConsole(browser, beckon.base, { path });
    await page.getByRole('heading', { level: 1 }).waitFor();
    faults.push(...(await lookAt(page, name)));
    await page.context().close();
  }
  assert.deepEqual(faults, []);
});

test('so does everything that opens over a page', async t => {
  const press = (page, name) => page.getByRole('button', { name }).first().click();
  const opened = [
    ['the palette', owner, 'demo/rules', page => page.keyboard.press('Control+k')],
    ['the shortcuts', owner, 'demo/rules', page => page.keyboard.press('?')],
    ['the inspector', owner, 'demo/rules', page => page.keyboard.press('i')],
    ['the account menu', owner, 'demo/rules', page => accountMenu(page)],
    ['rotating a token', owner, 'demo/tokens', page => press(page, 'Rotate')],
    ['deleting a token', owner, 'demo/tokens', page => press(page, 'Delete')],
    ['a user', admin, '-/users', page => press(page, /^Open /)],
    [
      'leaving unsaved changes',
      owner,
      'demo/members',
      async page => {
        await page.getByLabel('E-mail', { exact: true }).fill('bea@example.com');
        await page.keyboard.press('Control+k');
        await page.getByRole('combobox', { name: 'Search or jump to' }).fill('sessions');
        await page.keyboard.press('Enter');
        await page.getByRole('dialog', { name: 'Discard unsaved changes?' }).waitFor();
      },
    ],
  ];
  for (const [name, page, path, open] of opened)
    await t.test(name, async () => {
      await page.setViewportSize({ width: 1280, height: 900 });
      await visit(page, path);
      await open(page);
      await settled(page);
      const faults = await lookAt(page, name);
      if (name === 'the inspector') await page.keyboard.press('i');
      await page.keyboard.press('Escape');
      assert.deepEqual(faults, []);
    });
  assert.deepEqual([...owner.faults, ...admin.faults], []);
});

test('after navigation the focus is on the heading, and the title names the page', async () => {
  const page = await openConsole(browser, beckon.base, { token: await beckon.token('OWNER'), path: '/demo/rules' });
  await page.getByRole('link', { name: 'Sessions', exact: true }).click();
  await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Sessions');
  assert.equal(await page.title(), 'Sessions · demo · Beckon');
  assert.equal(await page.locator('[role=status], [aria-live]').count(), 1, 'one live region');
  await page.context().close();
});

test('the palette finds a rule, a person and an id by keyboard alone', async () => {
  const page = await openConsole(browser, beckon.base, { token: await beckon.token('OWNER'), path: '/demo/audit' });
  const field = page.getByRole('combobox', { name: 'Search or jump to' });
  const find = async text => {
    await page.keyboard.press('Control+k');
    await field.fill(text);
  };
  const option = name => page.getByRole('option', { name }).first();
  await find('корзину');
  await option(kNames).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/rules/${ids.rule}`);
  await find(ids.visitor.slice(0, 20));
  await option(ids.visitor).waitFor();
  assert.equal(await field.getAttribute('aria-activedescendant'), await option(ids.visitor).getAttribute('id'));
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/people/${ids.visitor}`);
  await find(ids.delivery.eventId);
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/events/${ids.delivery.eventId}`);
  await find('theme: dark');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  await find('memb');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Members' }).waitFor();
  await find('');
  await page.keyboard.press('Escape');
  await field.waitFor({ state: 'detached' });
  assert.deepEqual(page.faults, []);
  await page.context().close();
});
