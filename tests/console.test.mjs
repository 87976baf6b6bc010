// The console in a real browser against the real binary: issue by click what the playbook does by cURL.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { Beckon, quickRetries, root } from './kit/beckon.mjs';
import { accountMenu, choose, copied, copiedCurl, openBrowser, openConsole, statusOf } from './kit/browser.mjs';
import { tzdata } from './kit/tzdata.mjs';
import { until } from './kit/wait.mjs';

const folder = join(root, 'console');
const home = '/apps/lifecycle-messaging';

let beckon, browser, token;
before(async () => {
  beckon = await Beckon.start({ flags: ['--dev', ...quickRetries] });
  browser = await openBrowser();
  token = await beckon.token('OPERATOR');
});
after(async () => {
  await browser?.close();
  await beckon?.close();
});

describe('the bundle', () => {
  const entry = () => readFileSync(join(folder, 'dist/index.html'), 'utf8');
  const sizeOf = kind =>
    [...entry().matchAll(new RegExp(`assets/([^"]+\\.${kind})"`, 'g'))].reduce(
      (sum, [, name]) => sum + readFileSync(join(folder, 'dist/assets', `${name}.gz`)).length,
      0,
    );

  test('the shell is at most 32 kB of script and 10 kB of style, gzip', () => {
    assert.ok(sizeOf('js') > 0 && sizeOf('js') <= 32_000, `${sizeOf('js')} B of script`);
    assert.ok(sizeOf('css') > 0 && sizeOf('css') <= 10_000, `${sizeOf('css')} B of style`);
  });

  test('nothing is inline, and nothing comes from elsewhere', () => {
    assert.doesNotMatch(entry(), /<script(?![^>]* src="\/apps\/)|<style|\sstyle=|\son\w+=|https?:/);
    for (const name of readdirSync(join(folder, 'dist/assets'))) {
      const text = gunzipSync(readFileSync(join(folder, 'dist/assets', name))).toString();
      assert.doesNotMatch(text, /\beval\(|new Function\(|document\.write/, name);
    }
  });

  test('is typed against docs/openapi.json without a fault', () => {
    const run = (script, ...args) =>
      execFileSync(process.execPath, [join(folder, 'node_modules', script), ...args], { cwd: folder, stdio: 'pipe' });
    run('openapi-typescript/bin/cli.js', '../docs/openapi.json', '-o', 'src/api/described.d.ts');
    try {
      run('typescript/bin/tsc', '--noEmit');
    } catch (error) {
      assert.fail(String(error.stdout));
    }
  });
});

describe('how it is served', () => {
  test('every address below its own is the page, under a strict policy, revalidated by its tag', async () => {
    const page = await beckon.call('GET', `${home}/demo/rules/any`);
    assert.equal(page.status, 200);
    assert.match(page.headers['content-type'], /^text\/html/);
    const policy = page.headers['content-security-policy'];
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "require-trusted-types-for 'script'",
      "frame-ancestors 'none'",
    ])
      assert.ok(policy.includes(part), policy);
    assert.doesNotMatch(policy, /unsafe/);
    assert.equal(page.headers['cross-origin-opener-policy'], 'same-origin');
    const again = await beckon.call('GET', home, { headers: { 'if-none-match': page.headers.etag } });
    assert.equal(again.status, 304);
    assert.equal(again.text, '');
  });

  test('an asset may be kept for ever; one that does not exist is not the page', async () => {
    const { text } = await beckon.call('GET', home);
    const [asset] = text.match(/\/apps\/lifecycle-messaging\/assets\/[^"]+\.js/);
    const answer = await beckon.call('GET', asset);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-encoding'], 'gzip');
    assert.match(answer.headers['content-type'], /^text\/javascript/);
    assert.match(answer.headers['cache-control'], /immutable/);
    assert.equal((await beckon.call('GET', `${home}/assets/none.js`)).status, 404);
  });
});

describe('the playbook by clicks', () => {
  let page;
  before(async () => {
    page = await openConsole(browser, beckon.base, { token, path: '/demo/append' });
  });
  after(async () => {
    await page?.context().close();
  });

  const step = name => page.getByRole('navigation', { name: 'Playbook' }).getByRole('link', { name }).click();
  // The last request, as the inspector copies it, run in a shell: the same status.
  async function sameByCurl(expected) {
    const command = await copiedCurl(page);
    assert.doesNotMatch(command, /eyJ|whsec_[A-Za-z0-9]/, 'no secret is copied');
    assert.equal(await statusOf(command, { base: beckon.base, token }), expected, command);
  }

  test('LM-01: a signal is appended, and a decision sees it', async () => {
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await page.getByRole('button', { name: /^Send cart/ }).click();
    const result = page.locator('.result');
    await result.waitFor();
    assert.match(await result.innerText(), /202 Accepted.*version 1/s);
    assert.match(await result.innerText(), /saw version 1/);
    await page.getByRole('complementary', { name: 'Session timeline' }).getByText('cart').waitFor();
    await sameByCurl(202);
  });

  test('LM-02: a decision is resolved; without rules they are offered, and then it has its reasons', async () => {
    await step('Resolve and prefetch');
    await page.getByRole('button', { name: /^Resolve/ }).click();
    const card = page.getByRole('article', { name: 'Decision at checkout' });
    await card.getByText('No rule matched').waitFor();
    await card.getByRole('button', { name: 'Add three example rules' }).click();
    await page.getByText('Resolve again to see the difference').waitFor();
    await page.getByRole('button', { name: /^Resolve/ }).click();
    await card.getByText('matched, selected').waitFor();
    assert.match(
      await card.innerText(),
      /Acted[\s\S]*popup[\s\S]*SAVE10[\s\S]*save-the-cart[\s\S]*outcome was no match, now acted/,
    );
    await sameByCurl(200);
  });

  test('what the visitor did with it is told, and stands in the timeline about its decision', async () => {
    const card = page.getByRole('article', { name: 'Decision at checkout' });
    for (const what of ['Shown', 'Clicked']) await card.getByRole('button', { name: what }).click();
    await card.getByText('Reported: shown, clicked').waitFor();
    await page
      .locator('.moment.signal', { hasText: 'decision.clicked' })
      .getByRole('button', { name: 'decision at checkout' })
      .waitFor();
  });

  test('LM-03: decisions for two triggers are prefetched', async () => {
    await page.getByRole('button', { name: 'exit_intent', exact: true }).click();
    await page.getByRole('button', { name: 'Prefetch' }).click();
    await page.getByRole('article', { name: 'Decision at exit_intent' }).waitFor();
    assert.match(await page.getByRole('article', { name: 'Decision at checkout' }).innerText(), /prefetched/);
    await sameByCurl(200);
  });

  test('LM-05: an endpoint is subscribed, and its secret shown once', async () => {
    await step('Subscribe');
    await page.getByRole('button', { name: 'Use the built-in receiver' }).click();
    await page.getByRole('button', { name: /^Subscribe/ }).click();
    const secret = await page.locator('.secret code').innerText();
    assert.match(secret, /^whsec_[A-Za-z0-9+/=]+$/);
    await sameByCurl(201);
    await page.reload();
    await page.getByRole('heading', { name: 'Endpoints' }).waitFor();
    assert.ok(!(await page.content()).includes(secret));
  });

  test('LM-06: a test is sent, and its delivery watched until it was verified', async () => {
    await page.getByRole('link', { name: 'Test', exact: true }).first().click();
    await page.getByRole('button', { name: /^Send a test/ }).click();
    await page.getByText('verified the signature').waitFor();
    assert.match(
      await page.locator('.checks').innerText(),
      /Accepted[\s\S]*Queued[\s\S]*Connected[\s\S]*Sent[\s\S]*Answered[\s\S]*200/,
    );
    await sameByCurl(202);
  });

  test('a failure is chosen, and the retries are watched until it was delivered', async () => {
    const behave = how =>
      Promise.all([
        page.waitForResponse(one => one.request().method() === 'PATCH'),
        page.getByLabel('Built-in receiver').selectOption(how),
      ]);
    await behave('returns 503 twice, then 200');
    await page.getByRole('button', { name: /^Send a test/ }).click();
    await page.getByText('delivered, at attempt 3').waitFor();
    await behave('returns 410: the endpoint is disabled');
    await page.getByRole('button', { name: /^Send a test/ }).click();
    await page.getByText('The endpoint returned 410').waitFor();
    assert.match(await page.locator('.checks .stopped').innerText(), /Answered[\s\S]*stopped here[\s\S]*410/);
  });

  test('in the timeline cause and effect are linked both ways', async () => {
    await step('Append signals');
    await page.locator('#m-signal-2').getByRole('button', { name: 'decision at checkout' }).first().click();
    await page.waitForFunction(() => document.activeElement.id.startsWith('m-dec_'));
    await page.locator(':focus').getByRole('button', { name: 'signal 2' }).click();
    await page.waitForFunction(() => document.activeElement.id === 'm-signal-2');
  });

  test('the editor offers the names of members and their values', async () => {
    await page.getByRole('button', { name: 'Custom', exact: true }).click();
    const editor = page.getByRole('textbox', { name: 'Signals, as JSON' });
    await editor.fill('');
    await editor.pressSequentially('{"ty');
    await page.getByRole('option', { name: 'type', exact: true }).click();
    await editor.press('ArrowRight');
    await editor.pressSequentially(': "ca');
    await page.getByRole('option', { name: 'cart', exact: true }).click();
    await page.getByRole('button', { name: /^Send cart/ }).waitFor();
    assert.equal(await editor.innerText(), '{"type": "cart"}');
  });

  test('the rail shows each step done, and no policy was violated', async () => {
    assert.equal(await page.locator('.steps .done').count(), 4);
    assert.deepEqual(page.faults, []);
  });

  test('another browser knows from the server which steps are done', async () => {
    const other = await openConsole(browser, beckon.base, { token, path: '/demo/append' });
    await other.getByRole('link', { name: /^Get started\s+4 of 4$/ }).waitFor();
    assert.equal(await other.locator('.steps .done').count(), 4);
    await other.context().close();
  });

  test('an endpoint gets events as CloudEvents when it is created so, and is changed back', async () => {
    await page.goto(`${beckon.base}${home}/demo/subscribe`);
    await page.getByLabel('Endpoint URL').fill(`${beckon.base}/dev/receiver`);
    await page.getByText('Format, rate limit and ordering').click();
    await page.getByLabel('Format').selectOption('cloudevents-binary');
    await page.getByLabel('Description').fill('Event bus');
    await page.getByRole('button', { name: /^Subscribe/ }).click();
    const one = page.getByRole('article', { name: 'Event bus' });
    await one.getByText('CloudEvents, binary').waitFor();
    await one.getByText('Healthy').waitFor();
    const format = async () =>
      (await beckon.as('OPERATOR', 'GET', '/webhooks')).json.items.find(item => item.description === 'Event bus')
        .format;
    assert.equal(await format(), 'cloudevents-binary');
    await one.getByRole('button', { name: 'Edit' }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit endpoint' });
    await dialog.getByLabel('Format').selectOption('beckon');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await until('it is changed', async () => (await format()) === 'beckon');
    await one.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await one.waitFor({ state: 'detached' });
  });
});

test('LM-04: a person with the role CREATOR is told why a button is closed, and who could open it', async () => {
  const page = await openConsole(browser, beckon.base, { token: await beckon.token('CREATOR'), path: '/demo/append' });
  await page.getByRole('navigation', { name: 'Playbook' }).getByRole('link', { name: 'Subscribe' }).click();
  const button = page.getByRole('button', { name: /^Subscribe/ });
  await button.waitFor();
  assert.equal(await button.getAttribute('aria-disabled'), 'true');
  const why = page.locator(`#${await button.getAttribute('aria-describedby')}`);
  assert.equal(
    await why.innerText(),
    'Needs the role Operator on demo; you have Creator. The owner of demo can grant it.',
  );
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

describe('the keyboard', () => {
  let page;
  before(async () => {
    page = await openConsole(browser, beckon.base, { token, path: '/demo/append' });
  });
  after(async () => {
    await page?.context().close();
  });

  test('a sheet shows the keys; digits go to the steps; keys do nothing inside inputs', async () => {
    await page.keyboard.press('?');
    const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await sheet.getByText('copy the last request as cURL').waitFor();
    await sheet.getByText(`time zones of tzdata ${tzdata()}`).waitFor();
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    await page.keyboard.press('2');
    await page.getByRole('heading', { level: 1, name: 'Resolve and prefetch' }).waitFor();
    await page.getByLabel('Another trigger').fill('');
    await page.getByLabel('Another trigger').pressSequentially('1i?');
    assert.equal(await page.getByLabel('Another trigger').inputValue(), '1i?');
    assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), 'Resolve and prefetch');
  });

  test('ctrl+Enter sends; i opens the inspector; y copies the last request', async () => {
    await page.getByRole('heading', { level: 1 }).click();
    await page.keyboard.press('1');
    await page.getByRole('heading', { level: 1, name: 'Append signals' }).waitFor();
    await page.keyboard.press('Control+Enter');
    await page.locator('.result').waitFor();
    await page.keyboard.press('i');
    await page.getByRole('heading', { name: 'Request', exact: true }).waitFor();
    await page.keyboard.press('y');
    await page.getByText('cURL copied').waitFor();
    assert.match(
      await until('it is copied', () => copied(page)),
      /^curl -sS -X POST "\$API_BASE"'\/v2\/public\/chain\/signals'/,
    );
  });

  test('keys can be turned off', async () => {
    await page.keyboard.press('?');
    await page.getByLabel(/Enable single-key shortcuts/).uncheck();
    await page.keyboard.press('Escape');
    await page.keyboard.press('2');
    assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), 'Append signals');
    await page.locator('kbd').first().waitFor({ state: 'detached' });
  });
});

describe('rules by hand', () => {
  let page;
  before(async () => {
    page = await openConsole(browser, beckon.base, { token, path: '/demo/append' });
  });
  after(async () => {
    await page?.context().close();
  });

  test('a rule is written in the form, found as JSON, refused with its faults beside their fields, and saved', async () => {
    await page.getByRole('link', { name: 'Rules', exact: true }).click();
    await page.getByRole('link', { name: 'New rule', exact: true }).click();
    await page.getByLabel('Name', { exact: true }).fill('By hand');
    assert.equal(await page.getByLabel('Id', { exact: true }).inputValue(), 'by-hand');
    const within = page.getByLabel('In the last', { exact: true });
    await within.fill('half an hour');
    await page.getByRole('button', { name: 'Save as draft' }).click();
    await page.locator('.fault').waitFor();
    assert.equal(await within.getAttribute('aria-invalid'), 'true');
    await within.fill('45');
    await page.getByRole('link', { name: 'JSON', exact: true }).click();
    await page.getByRole('textbox', { name: 'Rule, as JSON' }).waitFor();
    assert.match(await page.getByRole('textbox', { name: 'Rule, as JSON' }).innerText(), /"within": "45m"/);
    await page.getByRole('button', { name: 'Save as draft' }).click();
    await page.getByText('Saved as draft').waitFor();
    const { json } = await beckon.as('CREATOR', 'GET', '/chain-rules/by-hand');
    assert.deepEqual([json.name, json.when.all[0].within, json.status], ['By hand', '45m', 'draft']);
    assert.deepEqual(page.faults, []);
  });

  test('an explanation says how many values a measure could not use, and why', async () => {
    await beckon.as('CREATOR', 'PUT', '/chain-rules/spent', {
      triggers: ['till'],
      when: { all: [{ sum: { key: 'order', field: 'lines[].sum' }, atLeast: 50 }] },
      action: { type: 'popup' },
    });
    const sessionId = 'spent-1';
    const lines = [{ sum: '12.50' }, { sum: 'twelve' }, { sum: [] }];
    await beckon.as('CREATOR', 'POST', '/chain/signals', {
      sessionId,
      signals: [{ type: 'order', metadata: { lines } }],
    });
    await page.goto(`${beckon.base}${home}/demo/resolve?session=${sessionId}&triggers=till`);
    await page.getByRole('button', { name: /^Resolve/ }).click();
    await page.getByRole('cell', { name: '12.5 (2 skipped: not a number)' }).waitFor();
    await beckon.as('CREATOR', 'DELETE', '/chain-rules/spent');
    assert.deepEqual(page.faults, []);
  });

  test('a warning shows example signals, and runs them', async () => {
    await beckon.as('CREATOR', 'PUT', '/chain-rules/wide', {
      triggers: ['t'],
      when: { all: [{ seen: { key: 'cart' } }] },
      priority: 2,
      action: { type: 'popup' },
    });
    await beckon.as('CREATOR', 'PUT', '/chain-rules/narrow', {
      triggers: ['t'],
      when: { all: [{ count: { key: 'cart', value: 'add' }, within: '10m', atLeast: 2 }] },
      priority: 1,
      action: { type: 'popup' },
    });
    await page.goto(`${beckon.base}${home}/demo/rules/narrow`);
    await page.getByText('It is never returned for t').waitFor();
    await page.getByText('Example signals').click();
    await page.getByRole('button', { name: /^Run it/ }).click();
    await page.getByRole('heading', { level: 1, name: 'Resolve and prefetch' }).waitFor();
    await page.getByRole('button', { name: /^Resolve/ }).click();
    const card = page.getByRole('article', { name: 'Decision at t' });
    await card.getByText('matched, selected').waitFor();
    assert.match(await card.innerText(), /wide\s+matched, selected[\s\S]*narrow\s+matched/);
    for (const id of ['wide', 'narrow']) await beckon.as('CREATOR', 'DELETE', `/chain-rules/${id}`);
    await page.goto(`${beckon.base}${home}/demo/rules/by-hand`);
    await page.getByLabel('Name', { exact: true }).waitFor();
  });

  test('somebody else’s change is not overwritten', async () => {
    const { json } = await beckon.as('CREATOR', 'GET', '/chain-rules/by-hand');
    const { rulesVersion: _, updatedAt: __, warnings: ___, requestId: ____, ...rule } = json;
    assert.equal((await beckon.as('CREATOR', 'PUT', '/chain-rules/by-hand', { ...rule, name: 'Theirs' })).status, 200);
    await page.getByLabel('Name', { exact: true }).fill('Mine');
    await page.getByRole('button', { name: 'Save as draft' }).click();
    const conflict = page.getByRole('region', { name: 'Changed by somebody else' });
    await conflict.waitFor();
    assert.match(await conflict.innerText(), /Their changes\s+Name: By hand → Theirs[\s\S]*Both of you changed: Name/);
    assert.ok(!(await page.locator('main').innerText()).includes('ETag'));
    assert.equal((await beckon.as('CREATOR', 'GET', '/chain-rules/by-hand')).json.name, 'Theirs');
    await conflict.getByRole('button', { name: 'Discard my changes' }).click();
    await page.waitForFunction(() => [...document.querySelectorAll('input')].some(input => input.value === 'Theirs'));
    assert.equal(await conflict.count(), 0);
  });

  test('one’s own changes are kept on top of somebody else’s, once those were seen', async () => {
    const before = (await beckon.as('CREATOR', 'GET', '/chain-rules/by-hand')).json;
    const { rulesVersion: _, updatedAt: __, warnings: ___, requestId: ____, ...rule } = before;
    await page.getByLabel('Name', { exact: true }).fill('Mine');
    assert.equal((await beckon.as('CREATOR', 'PUT', '/chain-rules/by-hand', { ...rule, priority: 77 })).status, 200);
    const publish = async () => {
      await page.getByRole('button', { name: /^Review and publish/ }).click();
      const dialog = page.getByRole('dialog');
      const changes = await dialog.getByRole('region', { name: 'What changes' }).innerText();
      await dialog.getByRole('button', { name: 'Publish' }).click();
      return changes;
    };
    await publish();
    const conflict = page.getByRole('region', { name: 'Changed by somebody else' });
    await conflict.getByText('77').waitFor();
    assert.ok(!(await conflict.innerText()).includes('Both of you'));
    await conflict.getByRole('button', { name: 'Keep my changes' }).click();
    assert.equal(await page.getByLabel('Priority', { exact: true }).inputValue(), '77');
    assert.match(await publish(), /Name: Theirs → Mine$/, 'what changes since theirs');
    await page.getByText('Published', { exact: true }).waitFor();
    const { json } = await beckon.as('CREATOR', 'GET', '/chain-rules/by-hand');
    assert.deepEqual([json.name, json.priority], ['Mine', 77]);
    assert.equal((await beckon.as('CREATOR', 'PUT', '/chain-rules/by-hand', { ...rule, name: 'By hand' })).status, 200);
    assert.equal((await beckon.as('CREATOR', 'PUT', '/chain-rules/by-hand', rule)).status, 200);
    await page.reload();
    await page.getByLabel('Name', { exact: true }).waitFor();
  });

  test('an earlier version is rolled back to', async () => {
    await page.getByRole('link', { name: 'Rules', exact: true }).first().click();
    await page.getByRole('link', { name: 'Versions' }).click();
    const [now, before] = (await beckon.as('CREATOR', 'GET', '/chain-rules/versions')).json.items;
    await page.getByRole('button', { name: `Changes in version ${now.version}`, exact: true }).click();
    const lines = page.getByRole('region', { name: 'Lines of by-hand' });
    await lines.waitFor();
    assert.match(await lines.innerText(), /−\s+"name": "By hand",\n+\+\s+"name": "Theirs",/);
    await page.getByRole('button', { name: `Roll back to version ${before.version}`, exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('region', { name: 'Lines of by-hand' }).getByText('"name": "By hand"').waitFor();
    await dialog.getByRole('button', { name: 'Roll back' }).click();
    await page.getByText('Rolled back', { exact: true }).waitFor();
    assert.equal((await beckon.as('CREATOR', 'GET', '/chain-rules/by-hand')).json.name, 'By hand');
  });
});

describe('deliveries', () => {
  let page, hook;
  before(async () => {
    const made = await beckon.as('OPERATOR', 'POST', '/webhooks', {
      endpointUrl: `${beckon.base}/dev/receiver/gone`,
      eventTypes: ['order.paid'],
      description: 'orders',
    });
    hook = made.json.subscriptionId;
    await beckon.as('OPERATOR', 'POST', '/events', { type: 'order.paid', payload: { orderId: 'A-1' } });
    page = await openConsole(browser, beckon.base, { token, path: '/demo/deliveries' });
  });
  after(async () => {
    await page?.context().close();
  });
  const rows = () => page.locator('.long tbody tr[data-id]');
  const only = count => page.locator(`.long[aria-rowcount="${count + 1}"] tr[data-id]`).first(); // a list of so many

  test('filters live in the address, and a link with them shows the same', async () => {
    await choose(page, 'Endpoint', 'orders');
    await choose(page, 'Status', 'Failed');
    await only(1).waitFor();
    assert.match(page.url(), new RegExp(`subscription=${hook}&status=failed`));
    await page.reload();
    await only(1).waitFor();
    assert.match(await rows().first().innerText(), /order\.paid[\s\S]*Failed with 410, 1 attempt/);
  });

  test('a row opens in a tab of its own, which is signed in by the one beside it', async () => {
    const [tab] = await Promise.all([
      page.context().waitForEvent('page'),
      rows().first().locator('.rowlink').click({ button: 'middle' }),
    ]);
    await tab.getByRole('heading', { level: 1, name: 'order.paid' }).waitFor();
    await tab.close();
  });

  test('j and Enter look at a delivery, its row stays marked, y copies it, and Escape gives the focus back', async () => {
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    const sheet = page.getByRole('dialog', { name: 'order.paid' });
    await sheet.getByText('Attempt 1', { exact: true }).waitFor();
    assert.equal(await page.locator('.long tr.sel').count(), 1);
    assert.match(page.url(), /[?&]open=whs_\w+\.dlv_\w+/);
    await page.evaluate(() => navigator.clipboard.writeText(''));
    await page.keyboard.press('y');
    assert.match(await until('it is copied', () => copied(page)), /^curl -sS -X POST [\s\S]*A-1/);
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.activeElement?.className === 'rowlink');
    assert.doesNotMatch(page.url(), /open=/);
  });

  test('on its page r sends it again and shows the new attempt, phase by phase', async () => {
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('link', { name: 'Full page' }).click();
    await page.getByRole('heading', { level: 1, name: 'order.paid' }).waitFor();
    assert.match(await page.locator('.attempt').first().innerText(), /Attempt 1/);
    await page.getByText('The endpoint responded 410.').waitFor();
    await beckon.as('OPERATOR', 'PATCH', `/webhooks/${hook}`, {
      enabled: true,
      endpointUrl: `${beckon.base}/dev/receiver`,
    });
    await page.keyboard.press('r');
    await page.getByText('delivered, at attempt 2').waitFor();
    await page.waitForFunction(() => document.activeElement?.textContent.startsWith('Attempt 2'));
    await page.getByRole('heading', { name: 'Attempt 2 by phase' }).waitFor();
    const payload = page.getByRole('region', { name: 'Payload' });
    assert.match(await payload.getByLabel('Delivery body').innerText(), /A-1/);
    await payload.getByText('Headers', { exact: true }).click();
    assert.match(
      await payload.innerText(),
      /URL: http:\S+\/dev\/receiver\s[\s\S]*host: 127\.[\s\S]*webhook-signature: v1,/,
    );
    await payload.getByText('Response', { exact: true }).click();
    assert.match(await payload.getByLabel('Response to attempt 2').innerText(), /"verified": true/);
    assert.match(
      await payload.getByLabel('Response headers of attempt 2').innerText(),
      /^content-type: application\/json/m,
    );
    await payload.getByText('Signed content', { exact: true }).click();
    assert.match(await payload.locator('pre').innerText(), /^evt_\w+\.\d+\.\{/);
  });

  test('edited and resent, it reaches the same endpoint as the same type, and the original stays', async () => {
    const original = /dlv_\w+/.exec(page.url())[0];
    await page.getByRole('button', { name: 'Edit and resend' }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit and resend' });
    await dialog.getByLabel('Payload').fill('["A-2"]');
    await dialog.getByText('Must be a JSON object.').waitFor();
    await dialog.getByLabel('Payload').fill('{"orderId":"A-2"}');
    await dialog.getByRole('button', { name: 'Send' }).click();
    await page.waitForURL(url => !url.href.includes(original));
    await page.locator('.head [role=status]', { hasText: /^Delivered$/ }).waitFor();
    assert.match(await page.locator('main').innerText(), /order\.paid[\s\S]*A-2/);
    const { json } = await beckon.as('OPERATOR', 'GET', `/webhooks/${hook}/deliveries`);
    assert.deepEqual([json.items.length, json.items.at(-1).deliveryId], [2, original]);
    assert.deepEqual(new Set(json.items.map(one => one.eventType)), new Set(['order.paid']));
    assert.deepEqual(page.faults, []);
  });

  test('a type that only the server publishes is edited and resent as that type, and its event says from which', async () => {
    const made = await beckon.as('OPERATOR', 'POST', '/webhooks', {
      endpointUrl: `${beckon.base}/dev/receiver`,
      eventTypes: ['signal.brochure'],
    });
    const { subscriptionId } = made.json;
    await beckon.signal('sess-brochure', { type: 'brochure', signalValue: 'a' });
    const log = async () => (await beckon.as('OPERATOR', 'GET', `/webhooks/${subscriptionId}/deliveries`)).json.items;
    const [first] = await until('it was delivered', async () => {
      const items = await log();
      return items[0]?.status === 'delivered' ? items : null;
    });
    await page.goto(`${beckon.base}${home}/demo/deliveries/${subscriptionId}/${first.deliveryId}`);
    await page.getByRole('button', { name: 'Edit and resend' }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit and resend' });
    await dialog.getByLabel('Payload').fill('{"brochure":"b"}');
    await dialog.getByRole('button', { name: 'Send' }).click();
    await page.waitForURL(url => !url.href.includes(first.deliveryId));
    await page.getByRole('heading', { level: 1, name: 'signal.brochure' }).waitFor();
    await page.locator('.kv a', { hasText: 'evt_' }).click();
    await page.getByText('edited and resent by').waitFor();
    assert.match(
      await page.locator('main').innerText(),
      new RegExp(`edited and resent by [^\\n]+ from\\s+${first.eventId}`),
    );
    assert.equal((await log()).length, 2);
    assert.equal((await beckon.as('OPERATOR', 'DELETE', `/webhooks/${subscriptionId}`)).status, 204);
  });
});

test('a refusal stays on the page: its status and code, what to do, and the request id', async () => {
  const page = await openConsole(browser, beckon.base, { token, path: '/demo/subscribe' });
  const before = (await beckon.admin('GET', '/allowlist')).json;
  assert.equal((await beckon.admin('PUT', '/allowlist', { handles: ['another'], egress: before.egress })).status, 200);
  try {
    await page.getByRole('button', { name: 'Use the built-in receiver' }).click();
    await page.getByRole('button', { name: /^Subscribe/ }).click();
    const note = page.getByRole('form', { name: 'New endpoint' }).getByRole('alert');
    await note.getByText('feature_locked').waitFor();
    assert.match(
      await note.innerText(),
      /A platform admin can add this handle to the allowlist\.[\s\S]*403 feature_locked[\s\S]*Request\s+req_/,
    );
  } finally {
    assert.equal(
      (await beckon.admin('PUT', '/allowlist', { handles: before.handles, egress: before.egress })).status,
      200,
    );
  }
  await page.getByLabel('Endpoint URL').fill('https://10.1.2.3/hook');
  await page.getByText('This is a private or special-purpose address').waitFor();
  await page.getByRole('button', { name: /^Subscribe/ }).click();
  await page.getByText(/^The server says:/).waitFor();
  assert.equal(await page.getByLabel('Endpoint URL').getAttribute('aria-invalid'), 'true');
  await page.context().close();
});

test('how times are told and which theme is shown is kept in this browser', async () => {
  const page = await openConsole(browser, beckon.base, { token, path: '/demo/rules/-/versions' });
  const time = page.locator('main time').first();
  await time.waitFor();
  assert.doesNotMatch(await page.locator('main').innerText(), /tzdata/, 'only a version that changes it says so');
  assert.match(await page.locator('main').innerText(), / · by \S/, 'who made it');
  const menu = await accountMenu(page);
  await menu.getByRole('radio', { name: 'UTC' }).check({ force: true });
  await menu.getByRole('radio', { name: 'Dark' }).check({ force: true });
  await page.waitForFunction(() => /\dZ$/.test(document.querySelector('main time').textContent));
  await page.reload();
  await time.waitFor();
  assert.match(await time.innerText(), /\dZ$/);
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  await (await accountMenu(page)).getByRole('radio', { name: 'Relative' }).check({ force: true });
  await page.waitForFunction(() => /ago$|^now$/.test(document.querySelector('main time').textContent));
  assert.match(await time.getAttribute('title'), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/, 'the exact instant is told on hover');
  assert.deepEqual(page.faults, []);
  await page.context().close();
});
