// Setting up in the console: settings, allowed origins, publishing an event and importing a file, by clicks and by keys.
import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Beckon, freshAddress } from './kit/beckon.mjs';
import { copiedCurl, openBrowser, openConsole } from './kit/browser.mjs';
import { assertReadableInBothThemes } from './kit/readable.mjs';
import { until } from './kit/wait.mjs';

let beckon, browser, folder;
before(async () => {
  beckon = await Beckon.start({ flags: ['--dev'] });
  browser = await openBrowser();
  folder = mkdtempSync(join(tmpdir(), 'beckon-setup-'));
});
after(async () => {
  await browser?.close();
  await beckon?.close();
  rmSync(folder, { recursive: true, force: true });
});

const home = () => `${beckon.base}/apps/lifecycle-messaging`;
const signedInAs = async (role, path, more = {}) => {
  const page = await openConsole(browser, beckon.base, { token: await beckon.token(role), ...more });
  await page.goto(home() + path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page;
};
const press = (on, name) => on.getByRole('button', { name, exact: true }).click();
const tab = (page, name) => page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name }).click();
const settings = async () => (await beckon.as('OWNER', 'GET', '/settings')).json;
const closed = page => page.context().close();
// The body of the last request, as the inspector has it.
const bodyOf = async page => {
  const [, body] = /--data-binary '([\s\S]*)'$/.exec(await copiedCurl(page));
  return JSON.parse(body.replaceAll("'\\''", "'"));
};
const saved = page => page.getByRole('region', { name: 'Unsaved changes' }).waitFor({ state: 'detached' });

describe('settings', () => {
  let page;
  before(async () => {
    page = await signedInAs('OWNER', '/demo/settings');
  });
  after(() => closed(page));

  test('changes on several tabs are counted, and only they are sent', async () => {
    await page.getByLabel('Time zone').fill('Europe/Berlin');
    await page.getByText('1 unsaved change', { exact: true }).waitFor();
    await tab(page, 'Retention');
    assert.match(page.url(), /settings\?tab=retention$/);
    await page.getByLabel('Sessions', { exact: true }).fill('14');
    await tab(page, 'Limits');
    await page.getByLabel('Signals of a client address').fill('240');
    await page.getByText('3 unsaved changes').waitFor();
    await press(page, 'Save');
    await saved(page);
    assert.deepEqual(await bodyOf(page), {
      zone: 'Europe/Berlin',
      retention: '14d',
      limits: { addressSignalsPerMinute: 240 },
    });
    const { zone, retention, limits } = await settings();
    assert.deepEqual([zone, retention, limits.addressSignalsPerMinute], ['Europe/Berlin', '14d', 240]);
  });

  test('an emptied field is the default of the server again', async () => {
    await page.getByLabel('Signals of a client address').fill('');
    await press(page, 'Save');
    await saved(page);
    assert.deepEqual(await bodyOf(page), { limits: { addressSignalsPerMinute: null } });
    assert.equal(await page.getByLabel('Signals of a client address').inputValue(), '120');
  });

  test('the use of fixed limits is that of the API', async () => {
    const rows = page.getByRole('table', { name: 'In use' }).getByRole('row');
    const { json } = await beckon.as('OPERATOR', 'GET', '/webhooks');
    const endpoints = rows.filter({ hasText: 'Endpoints' });
    await endpoints.waitFor();
    assert.match(await endpoints.innerText(), new RegExp(`\\b${json.items.length}\\b[\\s\\S]*\\b100\\b`));
  });

  test('a server error is shown at its field, its tab is marked, and nothing is changed', async () => {
    const before = await settings();
    await page.getByLabel('Signals of a session').fill('many');
    await tab(page, 'General');
    await page.getByLabel('Time zone').fill('Mars/Base');
    await press(page, 'Save');
    const field = page.getByLabel('Time zone');
    await until('it is marked', async () => (await field.getAttribute('aria-invalid')) === 'true');
    const told = page.locator(`[id="${await field.getAttribute('aria-describedby')}"]`);
    assert.match(await told.innerText(), /zone/i);
    await page.getByRole('link', { name: /^Limits.*needs a change/ }).click();
    assert.equal(await page.getByLabel('Signals of a session').getAttribute('aria-invalid'), 'true');
    assert.deepEqual({ ...(await settings()), requestId: '' }, { ...before, requestId: '' });
  });

  test('leaving with unsaved changes asks; discarding them shows the saved settings', async () => {
    await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Tokens' }).click();
    const dialog = page.getByRole('dialog', { name: 'Discard unsaved changes?' });
    await dialog.waitFor();
    await press(dialog, 'Keep editing');
    await press(page, 'Discard');
    assert.equal(await page.getByLabel('Signals of a session').inputValue(), '60');
    await tab(page, 'General');
    assert.equal(await page.getByLabel('Time zone').inputValue(), 'Europe/Berlin');
  });

  test('scores are rows, with suggestions from recorded signals', async () => {
    await beckon.signal('scored', { type: 'wishlist' });
    await tab(page, 'Scores');
    await press(page, 'Add score');
    const score = page.getByRole('group', { name: /^Score / });
    await score.getByLabel('Name').fill('intent');
    await score.getByLabel('Signal key').fill('wishlist');
    await score.getByLabel('Weight', { exact: true }).fill('2.5');
    await press(score, 'Add weight');
    await score.getByLabel('Signal key').nth(1).fill('cart.*');
    await score.getByLabel('Weight', { exact: true }).nth(1).fill('5');
    await press(page, 'Save');
    await saved(page);
    const expected = { intent: { weights: { wishlist: 2.5, 'cart.*': 5 }, halfLife: '1d' } };
    assert.deepEqual((await settings()).scores, expected);
    await score.getByLabel('Weight', { exact: true }).first().fill('high');
    await press(page, 'Save');
    await page
      .locator('.err', { hasText: /number/ })
      .first()
      .waitFor();
    await press(page, 'Discard');
    await page.getByRole('button', { name: 'Remove score intent' }).click();
    await press(page, 'Save');
    await saved(page);
    assert.deepEqual(await bodyOf(page), { scores: { intent: null } });
  });

  test('consent and its categories', async () => {
    await tab(page, 'General');
    await press(page, 'Add category');
    await page.getByRole('textbox', { name: 'Category' }).fill('Advertising');
    await page.getByLabel('Becomes').selectOption('denied');
    await page.getByLabel('Default consent').selectOption('basic');
    await press(page, 'Save');
    await saved(page);
    const { consentCategories, defaultConsent } = await settings();
    assert.deepEqual([consentCategories, defaultConsent], [{ Advertising: 'denied' }, 'basic']);
    await page.getByRole('button', { name: 'Remove category Advertising' }).click();
    await page.getByLabel('Default consent').selectOption('full');
    await press(page, 'Save');
    await saved(page);
    assert.deepEqual((await settings()).consentCategories, {});
  });

  test('how visitors are identified, and a key whose secret is shown once', async () => {
    await tab(page, 'Identity');
    await page.getByLabel('Remember the visitor').selectOption('for');
    await page.getByLabel('Remember for', { exact: true }).fill('45');
    await page.getByLabel('Blocked ids').fill('till-3\ntest@shop.example');
    await press(page, 'Save');
    await saved(page);
    const { identity } = await settings();
    assert.equal(identity.remember, '45m');
    assert.deepEqual([...identity.blockedIds].sort(), ['test@shop.example', 'till-3']);
    await press(page, 'New key');
    await page.getByText(/^idsec_/).waitFor();
    const list = async () => (await beckon.as('OPERATOR', 'GET', '/identity-keys')).json.items;
    const [key] = await list();
    await page.getByRole('button', { name: `Delete ${key.keyId}` }).click();
    await press(page.getByRole('dialog'), 'Delete');
    await until('it is gone', async () => (await list()).length === 0);
  });

  test('allowed origins: one per line, an error names its line, and none means any', async () => {
    await tab(page, 'Allowed origins');
    await page.getByText('Any page may call the public routes.').waitFor();
    const field = page.getByLabel('Origins, one per line');
    await field.fill('https://shop.example\nhttps://shop.example/path');
    await press(page, 'Save');
    await page.getByText(/^Line 2 /).waitFor();
    await field.fill('https://shop.example\n\nhttps://www.shop.example');
    await press(page, 'Save');
    await saved(page);
    const { json } = await beckon.as('OWNER', 'GET', '/context-origins');
    assert.deepEqual(json.origins, ['https://shop.example', 'https://www.shop.example']);
    const other = await beckon.chain(
      'signals',
      { sessionId: 'from-page', signals: [{ type: 'view' }] },
      { headers: { origin: 'https://evil.example' }, from: freshAddress() },
    );
    assert.equal(other.status, 403);
    await field.fill('');
    await press(page, 'Save');
    await saved(page);
    assert.deepEqual((await beckon.as('OWNER', 'GET', '/context-origins')).json.origins, []);
    assert.deepEqual(page.faults, []);
  });

  test('by keys alone: a tab, a field, and saving', async () => {
    await page.goto(`${home()}/demo/settings`);
    await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Retention' }).focus();
    await page.keyboard.press('Enter');
    const field = page.getByLabel('Visitors with traits', { exact: true });
    await field.focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('200');
    for (let steps = 0; steps < 6; steps += 1) {
      await page.keyboard.press('Tab');
      if ((await page.evaluate(() => document.activeElement.textContent)) === 'Save') break;
    }
    await page.keyboard.press('Enter');
    await saved(page);
    assert.equal((await settings()).visitorRetention, '200d');
  });

  test('without OWNER it shows the required role; data requests need only OPERATOR', async () => {
    const other = await signedInAs('OPERATOR', '/demo/settings');
    await other.getByText(/^Needs the role Owner on demo/).waitFor();
    await tab(other, 'Data requests');
    await other.getByLabel('Visitor ID').waitFor();
    await closed(other);
    const creator = await signedInAs('CREATOR', '/demo/settings?tab=requests');
    await creator.getByText(/^Needs the role Operator on demo/).waitFor();
    await closed(creator);
  });

  test('a visitor who asks gets a copy, and is erased once their id is typed', async () => {
    const who = 'jon@company.example';
    await beckon.chain(
      'signals',
      { sessionId: 'of-jon', visitorId: who, signals: [{ type: 'view' }] },
      { from: freshAddress() },
    );
    const operator = await signedInAs('OPERATOR', '/demo/settings?tab=requests');
    await operator.getByLabel('Visitor ID').fill('nobody@company.example');
    await press(operator, 'Look up');
    await operator.getByText('No visitor has the id “nobody@company.example”').waitFor();
    await operator.getByLabel('Visitor ID').fill(who);
    await press(operator, 'Look up');
    await operator.getByRole('heading', { name: `Visitor ${who}` }).waitFor();
    const [download] = await Promise.all([operator.waitForEvent('download'), press(operator, 'Export')]);
    const file = JSON.parse(readFileSync(await download.path(), 'utf8'));
    assert.equal(file.sessions[0].sessionId, 'of-jon');
    await press(operator, 'Erase…');
    const dialog = operator.getByRole('dialog');
    await dialog.getByLabel(`Type ${who} to confirm`).fill(who);
    await press(dialog, 'Erase');
    await until(
      'they are gone',
      async () => (await beckon.as('OPERATOR', 'GET', `/visitors/${encodeURIComponent(who)}`)).status === 404,
    );
    await closed(operator);
  });
});

describe('publishing an event', () => {
  let page, hook;
  before(async () => {
    hook = await beckon.subscribe(['order.*'], { more: { description: 'Order warehouse' } });
    page = await signedInAs('OPERATOR', '/demo/publish');
  });
  after(async () => {
    await closed(page);
    await hook.close();
  });
  const write = async text => {
    await page.getByRole('textbox', { name: 'Payload, as JSON' }).click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(text);
  };

  test('shows the receivers before the event is sent', async () => {
    const type = page.getByLabel('Event type');
    await type.fill('signal.cart');
    await page.getByText('This type is reserved for the server.').waitFor();
    await type.fill('refund.made');
    await page.getByText('No endpoint subscribes to this type').waitFor();
    await type.fill('order.paid');
    const receivers = page.getByRole('region', { name: 'Who receives it' });
    await receivers.getByText('1 endpoint receives it').waitFor();
    assert.match(await receivers.innerText(), /Order warehouse\s+by order\.\*/);
  });

  test('a payload that is no JSON object is not sent; one that is arrives, and the event is linked', async () => {
    await write('[1]');
    await page.getByText('The payload must be an object.').waitFor();
    assert.equal(await page.getByRole('button', { name: /^Publish/ }).getAttribute('aria-disabled'), 'true');
    await write('{"orderId": "A-1", "amount": 49.9}');
    await page.getByLabel('Event ID (optional)').fill('order-A-1');
    await page.getByRole('button', { name: /^Publish/ }).click();
    await page.getByText('1 delivery is queued.').waitFor();
    const { event, verified } = await hook.log.next();
    assert.ok(verified);
    assert.deepEqual(event.payload, {
      orderId: 'A-1',
      amount: 49.9,
    });
    await page.getByRole('link', { name: 'Open the event' }).click();
    await page.getByRole('heading', { level: 1 }).waitFor();
    assert.match(page.url(), /\/demo\/events\/evt_/);
  });

  test('the server’s error is shown verbatim', async () => {
    await page.goto(`${home()}/demo/publish`);
    await page.getByLabel('Event type').fill('order.paid');
    await write('{"orderId": "A-2"}');
    await page.getByLabel('Event ID (optional)').fill('order-A-1'); // published with another payload
    await page.keyboard.press('Control+Enter');
    await page.getByRole('alert').getByText('409').waitFor();
    assert.deepEqual(page.faults, []);
  });

  test('shows which role is required to publish', async () => {
    const other = await signedInAs('CREATOR', '/demo/publish');
    await other
      .getByText(/^Needs the role Operator on demo/)
      .first()
      .waitFor();
    await closed(other);
  });
});

describe('importing a file', () => {
  let page;
  before(async () => {
    page = await signedInAs('OPERATOR', '/demo/import');
  });
  after(() => closed(page));

  const at = index => new Date(Date.now() - 86_400_000 + index * 1000).toISOString();
  const line = (index, more = {}) =>
    JSON.stringify({ sessionId: `old-${index % 40}`, type: 'view', id: `e-${index}`, at: at(index), ...more });
  const file = (name, text) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const choose = async (path, { kind = 'signals', from = '1' } = {}) => {
    if (await page.getByRole('button', { name: 'Import another file' }).isVisible())
      await press(page, 'Import another file');
    await page.getByLabel('Content').selectOption(kind);
    await page.getByLabel('File', { exact: true }).setInputFiles(path);
    await page.getByLabel('Start at line').fill(from);
    await press(page, 'Start import');
  };
  const ended = words => page.getByRole('status').getByText(words, { exact: true }).waitFor({ timeout: 60_000 });
  const total = async name =>
    Number((await page.locator('.tile', { hasText: name }).locator('dd').innerText()).replace(/\D/g, ''));

  test('signals are stored, refused lines are reported by number, and a second import stores nothing', async () => {
    const lines = Array.from({ length: 1200 }, (_, index) => line(index));
    lines[6] = '{"sessionId": ';
    lines[700] = line(700, { confidence: 7 });
    lines[701] = line(701, { sessionId: 'has space' });
    const path = file('history.ndjson', lines.join('\n'));
    await choose(path);
    await ended('Imported');
    assert.deepEqual([await total('Records read'), await total('Stored'), await total('Refused')], [1200, 1197, 3]);
    await page.getByText(/, up to line 1,200$/).waitFor();
    const rows = await page.getByRole('table', { name: 'Refused' }).getByRole('row').allInnerTexts();
    assert.match(rows[1], /^7\s+is not valid JSON/);
    assert.match(rows[2], /^701\s+confidence /);
    assert.match(rows[3], /^702\s+sessionId /);
    const [download] = await Promise.all([page.waitForEvent('download'), press(page, 'Download as CSV')]);
    assert.match(readFileSync(await download.path(), 'utf8'), /^"Line","Why"\r\n"7","is not valid JSON"\r\n/);
    const { json } = await beckon.as('OPERATOR', 'GET', '/chain/old-3');
    assert.equal(json.signalCount, 30);
    await choose(path);
    await ended('Imported');
    assert.equal(await total('Known already'), 1197);
  });

  test('CSV: columns of metadata and context, and an invalid header stops the import', async () => {
    const text = [
      'sessionId,type,id,at,metadata.amount,context.country',
      `csv-1,cart,c-1,${at(1)},59.90,US`,
      `csv-1,"purchase",c-2,${at(2)},"1,5",`,
      `csv-1,view,c-3`,
    ].join('\r\n');
    await choose(file('history.csv', text));
    await ended('Imported');
    assert.deepEqual([await total('Stored'), await total('Refused')], [2, 1]);
    await page.getByText(/, up to line 4$/).waitFor();
    const { json } = await beckon.as('OPERATOR', 'GET', '/chain/csv-1');
    assert.deepEqual(
      json.signals.map(one => one.metadata),
      [{ amount: 59.9 }, { amount: '1,5' }],
    );
    assert.equal(json.context.country, 'US');
    await choose(file('wrong.csv', 'session,type\n1,2\n'));
    await ended('Stopped');
    await page.getByText('The column sessionId is missing.').waitFor();
  });

  test('people with their traits', async () => {
    await choose(
      file('people.csv', 'visitorId,plan,seats:number\nann@company.example,pro,5\nbea@company.example,free,x\n'),
      {
        kind: 'people',
      },
    );
    await ended('Imported');
    assert.deepEqual([await total('Traits applied'), await total('Refused')], [3, 1]);
    const { json } = await beckon.as('OPERATOR', 'GET', '/visitors/ann@company.example');
    assert.deepEqual([json.traits.plan.value, json.traits.seats.value], ['pro', 5]);
  });

  test('continues while another page is open, can be paused, and after canceling shows the line to continue from', async () => {
    // The server's answers come one by one, so that the import is under way for as long as the test looks.
    let release;
    const gate = new Promise(done => {
      release = done;
    });
    await page.route('**/chain/import', async route => {
      await gate;
      await route.continue();
    });
    const lines = Array.from({ length: 2000 }, (_, index) =>
      line(index, { sessionId: `new-${index % 40}`, id: `n-${index}` }),
    );
    const path = file('long.ndjson', lines.join('\n'));
    await choose(path);
    await press(page, 'Pause');
    await ended('Paused');
    await page.evaluate(() => history.pushState(null, '', '/apps/lifecycle-messaging/demo/publish'));
    await page.evaluate(() => dispatchEvent(new PopStateEvent('popstate')));
    await page.getByRole('heading', { level: 1, name: 'Publish an event' }).waitFor();
    await page.goBack();
    await ended('Paused');
    release();
    await until('the first request is stored', async () => (await total('Stored')) === 500);
    await press(page, 'Cancel');
    await ended('Canceled');
    await page.unroute('**/chain/import');
    const [, from] = /start at line ([\d,]+)/.exec(await page.getByText(/To go on later/).innerText());
    assert.equal(from, '501');
    await choose(path, { from: from.replace(',', '') });
    await ended('Imported');
    assert.equal(await total('Stored'), 1500);
  });

  test('when the server asks to wait, it waits, and loses nothing', async () => {
    await beckon.as('OWNER', 'PATCH', '/settings', { limits: { tokenSignalsPerMinute: 600 } });
    const made = await beckon.as('OPERATOR', 'POST', '/tokens', { name: 'Import', scopes: ['chain.signal.write'] });
    // As an access token, whose signals are counted: 500, and then a wait.
    const seen = [];
    await page.route('**/v2/handles/demo/chain/import', route => {
      const { authorization: _, ...headers } = route.request().headers();
      return route.continue({
        url: route.request().url().replace('/v2/handles/', '/v2/public/handles/'),
        headers: { ...headers, 'x-api-key': made.json.token },
      });
    });
    page.on('response', answer => {
      if (answer.request().url().endsWith('/chain/import')) seen.push(answer.status());
    });
    const lines = Array.from({ length: 700 }, (_, index) =>
      line(index, { sessionId: `slow-${index % 9}`, id: `s-${index}` }),
    );
    await choose(file('slow.ndjson', lines.join('\n')));
    await page.getByText(/^The server asks to wait \d+ s/).waitFor({ timeout: 30_000 });
    assert.deepEqual(seen, [202, 429]);
    assert.equal(await total('Stored'), 500);
    await beckon.as('OWNER', 'PATCH', '/settings', { limits: { tokenSignalsPerMinute: null } });
    assert.deepEqual(seen, [202, 429], 'nothing is sent meanwhile');
    await press(page, 'Try now');
    await ended('Imported');
    assert.equal(await total('Stored'), 700);
    await page.unroute('**/v2/handles/demo/chain/import');
  });

  test('a file of 100 MB is never held in memory', async () => {
    const path = join(folder, 'large.ndjson'),
      out = openSync(path, 'w'),
      blank = ' '.repeat(50_000);
    for (let index = 0; index < 2000; index += 1) writeSync(out, `${line(index, { id: `l-${index}` })}${blank}\n`);
    closeSync(out);
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('HeapProfiler.collectGarbage');
    const heap = async () => (await devtools.send('Runtime.getHeapUsage')).usedSize / 1e6;
    const before = await heap();
    let most = before;
    const held = async () => {
      if ((await heap()) - before > 40) await devtools.send('HeapProfiler.collectGarbage'); // it may be garbage only
      return heap();
    };
    await choose(path);
    const over = ended('Imported');
    let isOver = false;
    over.then(() => {
      isOver = true;
    });
    while (!isOver) {
      most = Math.max(most, await held());
      await page.evaluate(() => new Promise(requestAnimationFrame));
    }
    await over;
    assert.equal(await total('Records read'), 2000);
    assert.ok(most - before < 60, `${most - before} MB more`);
    assert.deepEqual(page.faults, []);
  });

  test('shows which role is required to import', async () => {
    const other = await signedInAs('CREATOR', '/demo/import');
    await other.getByText(/^Needs the role Operator on demo/).waitFor();
    await closed(other);
  });
});

test('these pages read well at every width, in either theme', async () => {
  const page = await signedInAs('OWNER', '/demo/settings');
  await beckon.as('OWNER', 'PATCH', '/settings', {
    scores: { ['x'.repeat(64)]: { weights: { ['k'.repeat(64)]: 1 }, halfLife: '1d' } },
    consentCategories: { ['Ä'.repeat(60)]: 'basic' },
  });
  const places = [
    ...['general', 'retention', 'limits', 'identity', 'scores', 'origins', 'requests'].map(
      name => `settings?tab=${name}`,
    ),
    'publish',
    'import',
  ];
  for (const path of places) {
    await page.goto(`${home()}/demo/${path}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.locator('main .panel').first().waitFor();
    if (path === 'settings?tab=retention') await page.getByLabel('Sessions', { exact: true }).fill('x');
    if (path === 'publish') await page.getByLabel('Event type').fill('w'.repeat(128));
    for (const width of [320, 768, 1280, 1600]) {
      await page.setViewportSize({ width, height: 900 });
      const over = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      assert.ok(over <= 0, `${path} is ${over} px too wide at ${width}`);
      if (width === 320 || width === 1280) await assertReadableInBothThemes(page, `${path} at ${width}`);
    }
  }
  assert.deepEqual(page.faults, []);
  await closed(page);
});
