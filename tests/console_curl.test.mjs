// Every request that a person makes on the page copies as cURL, and that command does the same: the same status, with the
// server and the token as variables. Where the request changed what it asks for, that is put back before.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Beckon, quickRetries } from './kit/beckon.mjs';
import { copiedCurl, openBrowser, openConsole, shownRequest, statusOf } from './kit/browser.mjs';
import { until } from './kit/wait.mjs';

let beckon, browser, token, page, hook;
const rule = {
  triggers: ['checkout'],
  when: {},
  action: { type: 'popup', payload: { text: 'it’s "quoted" $HOME `ls` \\ ' } },
};
before(async () => {
  beckon = await Beckon.start({ flags: ['--dev', ...quickRetries] });
  browser = await openBrowser();
  token = await beckon.token('OWNER');
  await beckon.as('CREATOR', 'PUT', '/chain-rules/a', rule);
  await beckon.as('CREATOR', 'PUT', '/chain-rules/a', { ...rule, priority: 2 });
  hook = (
    await beckon.as('OPERATOR', 'POST', '/webhooks', {
      endpointUrl: `${beckon.base}/dev/receiver`,
      eventTypes: ['order.paid'],
      description: 'orders',
    })
  ).json.subscriptionId;
  await beckon.as('OPERATOR', 'POST', '/events', { type: 'order.paid', payload: { orderId: 'A-1' } });
  page = await openConsole(browser, beckon.base, { token });
});
after(async () => {
  await browser?.close();
  await beckon?.close();
});

const visit = path => page.goto(`${beckon.base}/apps/lifecycle-messaging/demo/${path}`);
const press = name => page.getByRole('button', { name }).click();
const inDialog = name => page.getByRole('dialog').getByRole('button', { name, exact: true }).click();

// Does it, waits for the answer to a request of `method` to a path that fits, and runs what the inspector copies of it.
async function sameByCurl(method, path, act, { undo = () => {}, admin = false } = {}) {
  const [answer] = await Promise.all([
    page.waitForResponse(one => one.request().method() === method && path.test(new URL(one.url()).pathname)),
    act(),
  ]);
  const status = answer.status();
  assert.ok(status < 300, `${method} ${path} answered ${status}: ${await answer.text().catch(() => '')}`);
  await until('the inspector shows it', async () => {
    const shown = await shownRequest(page);
    return shown.startsWith(`${method} `) && shown.endsWith(`→ ${status}`);
  });
  const command = await copiedCurl(page);
  assert.match(command, new RegExp(`^curl -sS -X ${method} "\\$API_BASE"`));
  assert.doesNotMatch(command, /eyJ|whsec_[A-Za-z0-9]/, 'no secret is copied');
  await undo();
  assert.equal(
    await statusOf(command, { base: beckon.base, token: admin ? await beckon.token('PLATFORM_ADMIN') : token }),
    status,
    command,
  );
}

describe('the chain', () => {
  test('signals, a resolve, a prefetch, a question about another time', async () => {
    await visit('append?session=sess-1');
    await sameByCurl('POST', /\/public\/chain\/signals$/, () => press(/^Send view/));
    await visit('resolve?session=sess-1&triggers=checkout');
    await sameByCurl('POST', /\/chain\/resolve$/, () => press(/^Resolve/));
    await sameByCurl('POST', /\/chain\/prefetch$/, () => press('Prefetch'));
  });

  test('a session is erased', async () => {
    await visit('sessions/sess-1');
    await sameByCurl(
      'DELETE',
      /\/chain\/sess-1$/,
      async () => {
        await press('Erase');
        await inDialog('Erase');
      },
      { undo: () => beckon.signal('sess-1', { type: 'view' }) },
    );
  });
});

describe('rules', () => {
  test('a rule is created, one deleted, a version rolled back to', async () => {
    await visit('rules/+');
    await page.getByLabel('Id', { exact: true }).fill('made');
    await press('Edit as JSON');
    await page.getByLabel('Payload, as JSON').fill(JSON.stringify(rule.action.payload));
    const { action: _, ...draft } = rule;
    await sameByCurl('PUT', /\/chain-rules\/made$/, () => press('Save as draft'), {
      undo: () => beckon.as('CREATOR', 'DELETE', '/chain-rules/made'),
    });
    assert.deepEqual(
      (await beckon.as('CREATOR', 'GET', '/chain-rules/made')).json.action.payload,
      rule.action.payload,
      'quoted, it is the same text',
    );
    await visit('rules/made');
    await sameByCurl(
      'DELETE',
      /\/chain-rules\/made$/,
      async () => {
        await press('More actions');
        await press('Delete');
        await inDialog('Delete');
      },
      { undo: () => beckon.as('CREATOR', 'PUT', '/chain-rules/made', { ...draft, action: { type: 'popup' } }) },
    );
    await visit('rules/-/versions');
    await sameByCurl('POST', /\/chain-rules\/rollback$/, async () => {
      await press('Roll back to version 1');
      await inDialog('Roll back');
    });
  });

  test('one that was changed meanwhile is changed by neither', async () => {
    await visit('rules/a');
    await page.getByLabel('Priority').fill('7');
    await beckon.as('CREATOR', 'PUT', '/chain-rules/a', { ...rule, priority: 9 });
    await press(/^Review and publish/);
    await inDialog('Publish');
    await page.getByRole('alert').filter({ hasText: 'Somebody else changed this rule' }).waitFor();
    assert.equal(await statusOf(await copiedCurl(page), { base: beckon.base, token }), 412);
  });
});

describe('webhooks', () => {
  test('an endpoint is created, disabled, given a new secret, tested, deleted', async () => {
    await visit('subscribe');
    await press('Use the built-in receiver');
    await page.getByLabel('Description').fill('it’s mine');
    await sameByCurl('POST', /\/webhooks$/, () => press(/^Subscribe/));
    const card = page.getByRole('article', { name: 'orders' });
    await sameByCurl('PATCH', /\/webhooks\/whs_[^/]+$/, () => card.getByRole('button', { name: 'Disable' }).click());
    await sameByCurl('PATCH', /\/webhooks\/whs_[^/]+$/, () => card.getByRole('button', { name: 'Enable' }).click());
    await card.getByRole('button', { name: 'Edit', exact: true }).click();
    await page.getByRole('dialog').getByLabel('Description').fill('orders');
    await page
      .getByRole('dialog')
      .getByRole('checkbox', { name: /^signal\.\*/ })
      .check();
    await sameByCurl('PATCH', /\/webhooks\/whs_[^/]+$/, () => inDialog('Save'));
    assert.deepEqual((await beckon.as('OPERATOR', 'GET', `/webhooks/${hook}`)).json.eventTypes, [
      'order.paid',
      'signal.*',
    ]);
    await sameByCurl('POST', /\/rotate-secret$/, async () => {
      await card.getByRole('button', { name: 'Rotate secret' }).click();
      await page.getByRole('dialog').getByRole('button').last().click();
    });
    await visit(`test?subscription=${hook}`);
    await sameByCurl('POST', /\/test$/, () => press(/^Send a test/));
  });

  test('a delivery is resent, an event published, deliveries replayed', async () => {
    const first = async () =>
      (await beckon.as('OPERATOR', 'GET', `/webhooks/${hook}/deliveries?eventType=order.paid`)).json.items.at(-1);
    const { deliveryId } = await first();
    const ended = () => until('it was delivered', async () => (await first()).status === 'delivered');
    await ended();
    await visit(`deliveries/${hook}/${deliveryId}`);
    await sameByCurl('POST', /\/retry$/, () => press(/^Retry/), { undo: ended });
    await ended();
    await press('Edit and resend');
    await sameByCurl('POST', /\/resend$/, () => inDialog('Send'));
    await visit(`deliveries?subscription=${hook}`);
    await press('Resend…');
    await page.getByLabel('Deliveries to resend').selectOption('delivered');
    await press('Count deliveries');
    const replays = async () => (await beckon.as('OPERATOR', 'GET', `/webhooks/${hook}/replays`)).json.items;
    await sameByCurl(
      'POST',
      /\/replay$/,
      () =>
        press(/^Resend \d+/)
          .then(() => page.getByText('All queued: ').waitFor())
          .then(() => page.keyboard.press('Escape')),
      {
        undo: () =>
          until('the first replay is over', async () => (await replays()).every(one => one.state !== 'running')),
      },
    );
  });
});

test('requests that a page makes by itself are in the inspector too, and can be copied', async () => {
  for (const path of [
    'rules/a',
    'rules/-/results',
    `deliveries?subscription=${hook}&status=delivered`,
    'sessions/sess-1',
    'audit',
  ]) {
    await page.goto('about:blank');
    await visit(path);
    await page.locator('main h1').waitFor();
    // By its button: what is previewed on some pages takes keys while it is drawn.
    const inspector = page.getByRole('button', { name: 'Inspector', exact: true });
    await inspector.click();
    const select = page.getByLabel('Request', { exact: true });
    await select.locator('optgroup').nth(1).locator('option').first().waitFor({ state: 'attached' });
    const asked = await select
      .locator('optgroup')
      .nth(1)
      .locator('option')
      .evaluateAll(all => all.map(option => [option.value, option.textContent]));
    for (const [value, name] of asked) {
      await select.selectOption(value);
      await until('the inspector shows it', async () => (await shownRequest(page)) === name);
      const command = await copiedCurl(page);
      assert.ok(command.includes(name.split(' ')[1]), command);
      assert.equal(await statusOf(command, { base: beckon.base, token }), Number(name.split('→ ')[1]), command);
    }
    await inspector.click();
  }
});

test('the allowlist, by a platform admin', async () => {
  page = await openConsole(browser, beckon.base, { token: await beckon.token('PLATFORM_ADMIN'), path: '/-/allowlist' });
  await page.getByLabel('Allowed outbound hosts').fill('hooks.internal.example');
  await sameByCurl('PUT', /\/platform-admin\/allowlist$/, () => press('Save'), { admin: true });
  assert.deepEqual(page.faults, []);
});
