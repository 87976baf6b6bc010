// Signing in by clicks in a real browser, and what pages of other origins can do beside somebody who is signed in: nothing.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Beckon, freshSession } from './kit/beckon.mjs';
import { linkIn, openBrowser, openConsole, signOut } from './kit/browser.mjs';
import { openShop, openWire } from './kit/shop.mjs';
import { until } from './kit/wait.mjs';
import axe from 'axe-core';

const email = 'ada@example.com',
  password = 'correct horse battery staple';

let beckon, browser;
before(async () => {
  beckon = await Beckon.start({ flags: ['--dev', '--address-logins-per-minute', '1000'] });
  browser = await openBrowser();
  await beckon.addUser(email, password);
  await beckon.command('grant', '--handle', 'demo', '--user', email, '--role', 'OPERATOR');
});
after(async () => {
  await browser?.close();
  await beckon?.close();
});

const role = name => beckon.cli('grant', '--handle', 'demo', '--user', email, '--role', name, '--data', beckon.data);
const tokenIn = page => page.evaluate(() => sessionStorage.getItem('beckon.token'));
const me = token => beckon.call('GET', '/v2/auth/me', { token });
async function withPassword(page, text = password) {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(text);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

describe('the console', () => {
  test('the link of the banner signs in once, leaves the address, and a second time says that it was used', async () => {
    const path = new URL(linkIn(beckon.log)).hash;
    const page = await openConsole(browser, beckon.base, { path });
    await page.locator('.top').waitFor();
    assert.match(await page.locator('#me').textContent(), /owner@demo\.example/);
    assert.match(await page.locator('.side .shop').innerText(), /demo[\s\S]*Owner/);
    assert.doesNotMatch(page.url(), /#/);
    await page.reload();
    await page.locator('.top').waitFor();
    assert.deepEqual(page.faults, []);
    await page.context().close();

    const again = await openConsole(browser, beckon.base, { path });
    await again.getByText('This sign-in link has already been used').waitFor();
    assert.doesNotMatch(again.url(), /#/);
    assert.equal(await again.locator('.top').count(), 0);
    await again.goto(`${beckon.base}/apps/lifecycle-messaging#${'x'.repeat(43)}`);
    await again.getByText('This sign-in link is unknown').waitFor(); // where the page stood already
    await again.context().close();
  });

  test('a wrong password says so and keeps what was typed; the right one shows who is signed in, and as what; signing out ends it at the server', async () => {
    const page = await openConsole(browser, beckon.base);
    await withPassword(page, 'a password that is wrong');
    await page.getByText('The e-mail address or the password is wrong').waitFor();
    assert.equal(await page.getByLabel('E-mail').inputValue(), email);
    await withPassword(page);
    await page.locator('.top').waitFor();
    assert.match(await page.locator('#me').textContent(), /ada@example\.com/);
    assert.match(await page.locator('.side .shop').innerText(), /demo[\s\S]*Operator/);
    const token = await tokenIn(page);
    assert.equal((await me(token)).status, 200);
    await signOut(page);
    await page.getByRole('heading', { name: 'With a password' }).waitFor();
    assert.equal((await me(token)).status, 401);
    assert.equal(await tokenIn(page), null);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });

  test('a sign-in that ends is asked for again over the page, and nothing that was typed is lost', async () => {
    const page = await openConsole(browser, beckon.base, { path: '/demo/subscribe' });
    await withPassword(page);
    await page.getByLabel('Endpoint URL').fill('https://hooks.example.com/mine');
    await page.getByLabel('Description', { exact: true }).fill('typed by hand');
    await beckon.call('POST', '/v2/auth/logout', { token: await tokenIn(page) });
    await page.getByRole('button', { name: /^Subscribe/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    await dialog.getByText('signed out').waitFor();
    assert.equal(await dialog.getByLabel('E-mail').inputValue(), email);
    await page.evaluate(axe.source.concat(';0'));
    assert.deepEqual(
      (await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }))).violations.map(
        ({ id }) => id,
      ),
      [],
    );

    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await page.getByLabel('Description', { exact: true }).inputValue(), 'typed by hand');
    await page.getByRole('button', { name: 'Sign in again' }).click();
    await dialog.getByLabel('Password').fill(password);
    await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });

    assert.equal(await page.getByLabel('Endpoint URL').inputValue(), 'https://hooks.example.com/mine');
    await page.getByRole('button', { name: /^Subscribe/ }).click();
    await page.locator('.secret code').waitFor();
    assert.ok(
      (await beckon.as('OPERATOR', 'GET', '/webhooks')).json.items.some(
        ({ description }) => description === 'typed by hand',
      ),
    );
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });

  test('the live feed goes on with another sign-in', async () => {
    const page = await openConsole(browser, beckon.base, { path: '/demo/live' });
    await withPassword(page);
    await page.locator('.connection').getByText(/^Live/).waitFor();
    await beckon.call('POST', '/v2/auth/logout', { token: await tokenIn(page) });
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    await dialog.waitFor({ timeout: 60_000 }); // the server looks every 15 s whether a token still stands
    await dialog.getByLabel('Password').fill(password);
    await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.locator('.connection').getByText(/^Live/).waitFor();
    await page.context().close();
  });

  test('a demotion closes the buttons of a page that is open, when it is met', async () => {
    const page = await openConsole(browser, beckon.base, { path: '/demo/subscribe' });
    await withPassword(page);
    await page.getByLabel('Endpoint URL').fill('https://hooks.example.com/other');
    await role('CREATOR');
    await page.getByRole('button', { name: /^Subscribe/ }).click();
    await page.getByText('Needs the role Operator on demo; you have Creator').first().waitFor();
    assert.match(await page.locator('.side .shop').innerText(), /Creator/);
    await role('OPERATOR');
    await page.context().close();
  });
});

test('the platform admin reads who signed in', async () => {
  await beckon.call('POST', '/v2/auth/login', { body: { email, password } });
  const page = await openConsole(browser, beckon.base, { token: await beckon.token('PLATFORM_ADMIN') });
  await page.getByRole('link', { name: 'Server audit log' }).click();
  const row = page.getByRole('row').filter({ hasText: 'Signed in' }).first();
  await row.waitFor();
  assert.match(await row.innerText(), /ada@example\.com/);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

describe('a page of another origin, in the browser of somebody who is signed in', () => {
  let shop, stranger, wire, context, page;
  const html = '<!doctype html><title>other</title><iframe name="sink"></iframe>';
  before(async () => {
    // The console is reached through the wire too, so that every request of this browser is seen.
    wire = await openWire(beckon.port);
    shop = await openShop(html);
    stranger = await openShop(html);
    assert.equal((await beckon.as('OWNER', 'PUT', '/context-origins', { origins: [shop.origin] })).status, 200);
    page = await openConsole(browser, wire.at);
    await withPassword(page);
    await page.locator('.top').waitFor();
    context = page.context();
  });
  after(async () => {
    await context?.close();
    await Promise.all([shop, stranger, wire].map(one => one?.close()));
  });

  async function from(place, act, ...args) {
    const other = await context.newPage();
    await other.goto(place.origin);
    try {
      return await other.evaluate(act, ...args);
    } finally {
      await other.close();
    }
  }
  const stored = async sessionId => (await beckon.as('CREATOR', 'GET', `/chain/${sessionId}`)).status === 200;
  const send = ([at, sessionId]) =>
    fetch(`${at}/v2/public/chain/signals`, {
      method: 'POST',
      body: JSON.stringify({ handle: 'demo', sessionId, signals: [{ type: 'view' }] }),
      headers: { 'content-type': 'text/plain' },
    }).then(
      async answer => `${answer.status} accepted ${(await answer.json()).accepted}`,
      () => 'not readable',
    );

  test('calls for the handle without a preflight where its origin is allowed, and elsewhere changes nothing', async () => {
    const [allowed, refused] = [freshSession(), freshSession()];
    wire.passed.length = 0;
    assert.equal(await from(shop, send, [wire.at, allowed]), '202 accepted 1');
    assert.equal(await from(stranger, send, [wire.at, refused]), 'not readable');
    assert.deepEqual(
      wire.passed.filter(({ path }) => path.startsWith('/v2/public/')).map(({ method, status }) => [method, status]),
      [
        ['POST', 202],
        ['POST', 403],
      ],
    );
    assert.deepEqual([await stored(allowed), await stored(refused)], [true, false]);
  });

  test('has no cookie to ride on: the browser keeps none of the server', async () => {
    assert.deepEqual(await context.cookies(wire.at), []);
  });

  // Every way in which a page can make a browser send something to another origin.
  test('changes nothing of the control plane, by whatever request, and none carries authority', async () => {
    const state = async () =>
      JSON.stringify([
        (await beckon.as('OPERATOR', 'GET', '/webhooks')).json.items,
        (await beckon.as('OWNER', 'GET', '/settings')).json,
        (await beckon.as('OWNER', 'GET', '/context-origins')).json.origins,
        (await beckon.as('CREATOR', 'GET', '/chain-rules')).json.items,
        (await beckon.as('OPERATOR', 'GET', '/audit-events')).json.items,
      ]);
    const before = await state(),
      token = await tokenIn(page);
    wire.passed.length = 0;
    const outcomes = await from(
      stranger,
      async at => {
        const hook = JSON.stringify({ endpointUrl: 'https://attacker.example/', eventTypes: ['*'] });
        const said = [];
        const tries = [
          ['POST', '/v2/handles/demo/webhooks', hook],
          ['PUT', '/v2/handles/demo/settings', '{}'],
          ['PUT', '/v2/handles/demo/context-origins', '{"origins":[]}'],
          ['PUT', '/v2/handles/demo/chain-rules/evil', '{"triggers":["a"],"when":{},"action":{"type":"x"}}'],
          ['DELETE', '/v2/handles/demo/chain/s', undefined],
          ['POST', '/v2/auth/logout', ''],
          ['GET', '/v2/auth/me', undefined],
          ['POST', '/v2/auth/login', '{"email":"ada@example.com","password":"correct horse battery staple"}'],
        ];
        for (const [method, path, body] of tries)
          for (const mode of ['cors', 'no-cors'])
            for (const type of ['text/plain', 'application/json']) {
              said.push(
                await fetch(at + path, {
                  method,
                  body,
                  mode,
                  credentials: 'include',
                  headers: { 'content-type': type },
                }).then(
                  ({ type: kind, status }) => `${kind} ${status}`,
                  () => 'refused',
                ),
              );
            }
        for (const enctype of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
          const form = Object.assign(document.createElement('form'), {
            method: 'post',
            action: `${at}/v2/handles/demo/webhooks`,
            enctype,
            target: 'sink',
          });
          form.append(
            Object.assign(document.createElement('input'), {
              name: `${hook.slice(0, -1)},"description":"`,
              value: '"}',
            }),
          );
          document.body.append(form);
          const done = new Promise(over =>
            document.querySelector('iframe').addEventListener('load', over, { once: true }),
          );
          form.submit();
          await done;
        }
        navigator.sendBeacon(`${at}/v2/handles/demo/webhooks`, hook);
        return said;
      },
      wire.at,
    );
    assert.ok(
      outcomes.every(said => said === 'refused' || said === 'opaque 0'),
      outcomes.join('\n'),
    );
    const reached = wire.passed.filter(({ path }) => path.startsWith('/v2/') && !path.startsWith('/v2/public/'));
    await until('the server has answered what the browser does not wait for', () =>
      reached.every(({ status }) => status),
    );
    const crossed = reached.filter(
      ({ headers }) => headers.origin !== wire.at && headers['sec-fetch-site'] !== 'same-origin',
    );
    assert.ok(crossed.length >= 10, 'they did arrive');
    for (const { method, path, headers, status } of crossed) {
      assert.deepEqual([headers.authorization, headers.cookie], [undefined, undefined]);
      assert.ok(method === 'OPTIONS' ? status === 204 : [401, 415].includes(status), `${method} ${path} ${status}`);
    }
    assert.equal(await state(), before);
    assert.equal((await me(token)).status, 200, 'who is signed in stays signed in');
  });

  test('neither frames the console nor reads it through a window', async () => {
    const framed = await from(
      stranger,
      at =>
        new Promise(done => {
          const frame = Object.assign(document.createElement('iframe'), { src: `${at}/apps/lifecycle-messaging` });
          frame.onload = () => {
            let inside = 'closed';
            try {
              inside = frame.contentDocument?.body?.innerText ?? 'closed';
            } catch {
              /* of another origin */
            }
            done(inside);
          };
          document.body.append(frame);
        }),
      wire.at,
    );
    assert.equal(framed, 'closed');
    const opened = await from(
      stranger,
      async at => {
        const other = window.open(`${at}/apps/lifecycle-messaging`);
        const cut = () => other.closed; // its group was changed: COOP
        for (let i = 0; i < 100 && !cut(); i += 1) await new Promise(next => setTimeout(next, 50));
        return cut();
      },
      wire.at,
    );
    assert.equal(opened, true);
  });
});
