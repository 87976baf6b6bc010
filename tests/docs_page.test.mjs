// The API reference at /docs in a real browser: made from the server's own description, its samples run as they stand.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Beckon } from './kit/beckon.mjs';
import { openBrowser, openConsole } from './kit/browser.mjs';
import { assertReadableInBothThemes } from './kit/readable.mjs';
import { until } from './kit/wait.mjs';

let beckon, browser, operator;
before(async () => {
  beckon = await Beckon.start();
  browser = await openBrowser();
  operator = await beckon.token('OPERATOR');
});
after(async () => {
  await browser?.close();
  await beckon?.close();
});

// A page of the reference in a profile of its own; `page.faults` has all errors and violations.
async function open(path = '', { width = 1280, scheme = 'light', javaScriptEnabled = true } = {}) {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
    javaScriptEnabled,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  page.faults = [];
  page.on('pageerror', error => page.faults.push(error.message));
  page.on('console', line => {
    if (/Content Security Policy|Trusted ?Type|violat/i.test(line.text())) page.faults.push(line.text());
  });
  page.setDefaultTimeout(15_000);
  await page.goto(`${beckon.base}/docs${path}`);
  // The list without scripts has a heading too, but no search.
  await page
    .getByRole(javaScriptEnabled ? 'searchbox' : 'heading')
    .first()
    .waitFor();
  return page;
}
const title = page => page.getByRole('heading', { level: 1 }).innerText();
const closed = page => page.context().close();

describe('how it is served', () => {
  test('under the strict policy of the console, revalidated by its tag', async () => {
    const page = await beckon.call('GET', '/docs');
    assert.equal(page.status, 200);
    assert.match(page.headers['content-type'], /^text\/html/);
    const policy = page.headers['content-security-policy'];
    for (const part of ["default-src 'none'", "script-src 'self'", "require-trusted-types-for 'script'"])
      assert.ok(policy.includes(part), policy);
    assert.doesNotMatch(policy, /unsafe/);
    assert.doesNotMatch(page.text, /<script(?![^>]* src="\/apps\/)|<style|\sstyle=|\son\w+=/);
    const again = await beckon.call('GET', '/docs', { headers: { 'if-none-match': page.headers.etag } });
    assert.equal(again.status, 304);
  });

  test('without scripts it is a list of all routes', async () => {
    const page = await open('', { javaScriptEnabled: false });
    const text = await page.locator('main').innerText();
    for (const route of ['POST /v2/public/chain/signals', 'PATCH /v2/handles/{handle}/settings', 'GET /openapi.json'])
      assert.ok(text.includes(route), route);
    assert.match(text, /Publish a custom event \(OPERATOR\)/);
    await closed(page);
  });

  test('/ leads to the console, which has an icon', async () => {
    const { status, headers } = await beckon.call('GET', '/');
    assert.equal(status, 302);
    assert.equal(headers.location, '/apps/lifecycle-messaging');
    for (const path of [headers.location, '/docs']) {
      const { text } = await beckon.call('GET', path);
      const [, icon] = /<link rel="icon" href="([^"]+)"/.exec(text);
      const file = await beckon.call('GET', icon);
      assert.equal(file.status, 200);
      assert.match(file.headers['content-type'], /svg/);
    }
  });
});

describe('finding an operation', () => {
  let page;
  before(async () => {
    page = await open();
  });
  after(() => closed(page));

  test('by keyboard: / goes to the search, every word narrows it, Enter opens the first', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('publish event');
    await page.getByText(/^\d+ operations?$/).waitFor();
    const names = await page.getByRole('navigation', { name: 'Operations' }).getByRole('link').allInnerTexts();
    assert.ok(names.length > 0 && names.length < 12, names.join());
    assert.ok(names.some(name => name.includes('Publish a custom event')));
    await page.keyboard.press('Control+a');
    await page.keyboard.type('publishEvent');
    await page.getByText('1 operation', { exact: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Publish a custom event' }).waitFor();
    assert.match(page.url(), /\?q=publishEvent#publishEvent$/);
  });

  test('the address names it, its title is that of the window and gets the focus, and back leads back', async () => {
    assert.equal(await page.title(), 'Publish a custom event · API reference · Beckon');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'title');
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'API reference' }).waitFor();
    await page.goForward();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Publish a custom event' }).waitFor();
  });

  test('a search without results says so, and so does an unknown address', async () => {
    await page.getByRole('searchbox').fill('no such thing');
    await page.getByText('No operation matches “no such thing”.').waitFor();
    await page.goto(`${beckon.base}/docs#noSuch`);
    await page.getByText('There is no operation “noSuch” in this version of the server.').waitFor();
  });

  test('an operation shows who may call it, its parameters, its body to any depth, and its errors', async () => {
    await page.goto(`${beckon.base}/docs#putRule`);
    const main = page.getByRole('main');
    await main.getByText('Role CREATOR').waitFor();
    await main.getByText('Access token with chain.rules.write').waitFor();
    await main.getByText('/v2/public/handles/{handle}/chain-rules/{ruleId}').waitFor();
    await page.getByRole('region', { name: 'Parameters' }).getByText('ruleId', { exact: true }).waitFor();
    const body = page.getByRole('region', { name: 'Body' });
    await body.getByText('Members of when', { exact: true }).click();
    await body.getByText('Members of all', { exact: true }).click();
    await body
      .getByText(/^Form 1: /)
      .first()
      .waitFor();
    const errors = await page.getByRole('region', { name: 'Errors' }).innerText();
    assert.match(errors, /400[\s\S]*validation_error[\s\S]*412/);
    assert.deepEqual(page.faults, []);
  });

  test('every operation opens without an error of the page', async () => {
    const { json } = await beckon.call('GET', '/openapi.json');
    const all = [...Object.values(json.paths), ...Object.values(json.webhooks)].flatMap(item => Object.values(item));
    const ids = all.map(one => one.operationId).filter(id => !/ByToken$/.test(id));
    assert.ok(ids.length > 80, `${ids.length}`);
    for (const id of ids) {
      const got = await page.evaluate(
        name =>
          new Promise(done => {
            location.hash = name;
            requestAnimationFrame(() =>
              requestAnimationFrame(() => done(document.querySelector('h1')?.textContent ?? '')),
            );
          }),
        id,
      );
      assert.ok(got, id);
    }
    assert.deepEqual(page.faults, []);
  });
});

describe('the samples', () => {
  const folder = mkdtempSync(join(tmpdir(), 'beckon-samples-'));
  after(() => rmSync(folder, { recursive: true }));
  const run = (command, ...args) =>
    new Promise((done, refuse) =>
      execFile(command, args, { env: { PATH: process.env.PATH, JWT_TOKEN: operator } }, (error, out, err) =>
        error ? refuse(new Error(err)) : done(out),
      ),
    );
  // What a sample prints: the status, unless it is curl, and the body.
  const runners = {
    cURL: code => run('bash', '-euc', code),
    JavaScript: code => {
      writeFileSync(join(folder, 'sample.mjs'), code);
      return run(process.execPath, join(folder, 'sample.mjs'));
    },
    Python: code => {
      writeFileSync(join(folder, 'sample.py'), code);
      return run('python3', join(folder, 'sample.py'));
    },
  };
  const cases = {
    appendPublicSignals: /"accepted":1/,
    publishEvent: /"eventId":"evt_/,
    listRules: /"items":\[/,
    patchSettings: /insufficient_role/, // the caller is no owner
  };

  for (const language of Object.keys(runners))
    test(`in ${language} run as they stand`, async () => {
      const page = await open(`?handle=${beckon.handle}`);
      await page.goto(`${beckon.base}/docs?handle=${beckon.handle}#${Object.keys(cases)[0]}`);
      await page.getByRole('button', { name: language, exact: true }).click();
      for (const [id, expected] of Object.entries(cases)) {
        await page.evaluate(name => {
          location.hash = name;
        }, id);
        const place = page.getByRole('region', { name: `Sample in ${language}` });
        await until('it is there', async () => (await page.evaluate(() => location.hash)) === `#${id}`);
        await page.getByRole('navigation').locator(`a[href="#${id}"][aria-current]`).waitFor();
        const code = await place.innerText();
        assert.match(code, new RegExp(beckon.base));
        assert.match(await runners[language](code), expected, `${id}\n${code}`);
      }
      assert.deepEqual(page.faults, []);
      await closed(page);
    });

  test('use what was typed, with any characters', async () => {
    const page = await open(`?handle=${beckon.handle}#publishEvent`);
    const text = 'it\'s "quoted" $HOME `id` \\ ümlaut 🛒';
    await page
      .getByLabel('Body of the request')
      .fill(JSON.stringify({ type: 'order.odd', payload: { text, no: null } }));
    for (const [language, runner] of Object.entries(runners)) {
      await page.getByRole('button', { name: language, exact: true }).click();
      const out = await runner(await page.getByRole('region', { name: `Sample in ${language}` }).innerText());
      const [, eventId] = /"eventId":"(evt_\w+)"/.exec(out);
      const { json } = await beckon.as('OPERATOR', 'GET', `/events/${eventId}`);
      assert.deepEqual(json.payload, { text, no: null }, language);
    }
    await closed(page);
  });
});

describe('trying it', () => {
  const answer = page => page.getByRole('region', { name: 'Response', exact: true });

  test('a public operation needs no token, and the server’s error is shown verbatim', async () => {
    const page = await open(`?handle=${beckon.handle}#appendPublicSignals`);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('202 Accepted').waitFor();
    assert.match(await answer(page).innerText(), /"accepted": 1/);
    await page.getByLabel('Body of the request').fill('{"handle": "demo", "signals": [{"type": 7}]}');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('400 Bad Request').waitFor();
    await answer(page)
      .getByText(/validation_error/)
      .waitFor();
    await page.getByLabel('Body of the request').fill('{"handle": ');
    await page.getByText(/^Not valid JSON/).waitFor();
    assert.deepEqual(page.faults, []);
    await closed(page);
  });

  test('one that needs a role takes a token, which no sample contains, and reports what is missing', async () => {
    const page = await open('?handle=demo#getEvent');
    const { json } = await beckon.as('OPERATOR', 'POST', '/events', { type: 'order.paid', payload: { sum: 3 } });
    await page.getByLabel('Token').fill(operator);
    await page.getByLabel('eventId').fill('');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Fill in this parameter first.').waitFor();
    await page.getByLabel('eventId').fill(json.eventId);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('200 OK').waitFor();
    assert.match(await answer(page).innerText(), /"sum": 3/);
    assert.doesNotMatch(await page.locator('pre').first().innerText(), /eyJ/);
    await closed(page);
  });

  test('an access token is sent where access tokens may call', async () => {
    const made = await beckon.as('OPERATOR', 'POST', '/tokens', { name: 'Docs', scopes: ['events.publish'] });
    const page = await open('?handle=demo#publishEvent');
    await page.getByLabel('Token').fill(made.json.token);
    await page.getByRole('region', { name: 'Sample in cURL' }).getByText('/v2/public/handles/demo/events').waitFor();
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('202 Accepted').waitFor();
    await closed(page);
  });

  test('a stream is shown as it arrives, until it is stopped', async () => {
    const page = await open('?handle=demo#watchLive');
    await page.getByLabel('Token').fill(operator);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('200 OK').waitFor();
    await page.getByText('Receiving…').waitFor();
    await beckon.signal('docs-live', { type: 'seen.live' });
    await answer(page)
      .getByText(/seen\.live/)
      .waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'detached' });
    await closed(page);
  });

  test('whoever is signed in to the console uses that, for their handle', async () => {
    const page = await openConsole(browser, beckon.base, { token: operator });
    const docs = await page.context().newPage();
    await docs.goto(`${beckon.base}/docs#listRules`);
    const handle = docs.getByLabel('handle', { exact: true });
    await until('the handle is known', async () => (await handle.inputValue()) === 'demo');
    assert.equal(await docs.getByLabel('Send as').inputValue(), 'signIn');
    await docs.getByRole('button', { name: 'Send' }).click();
    await docs.getByText('200 OK').waitFor();
    await closed(page);
  });
});

test('it reads well at every width, in either theme', async () => {
  const page = await open();
  for (const [id, name] of [
    ['', 'API reference'],
    ['putRule', 'Create or replace a rule'],
    ['publishEvent', 'Publish a custom event'],
  ]) {
    await page.goto(`${beckon.base}/docs#${id}`);
    await page.getByRole('heading', { level: 1, name }).waitFor();
    if (id === 'publishEvent') {
      await page.getByRole('button', { name: 'Send' }).click();
      await page.getByText('401 Unauthorized').waitFor();
    }
    for (const width of [320, 768, 1280, 1600]) {
      await page.setViewportSize({ width, height: 900 });
      const over = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      assert.ok(over <= 0, `${id} is ${over} px too wide at ${width}`);
      await assertReadableInBothThemes(page, `${id} at ${width}`);
    }
  }
  assert.equal(await title(page), 'Publish a custom event');
  assert.deepEqual(page.faults, []);
  await closed(page);
});
