// beckon demo: a first look at every page of a fresh server is alive.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Beckon, quickRetries } from './kit/beckon.mjs';
import { until } from './kit/wait.mjs';

let beckon;
before(async () => {
  beckon = await Beckon.start({ flags: ['--dev', ...quickRetries] });
});
after(async () => {
  await beckon?.close();
});

test('shoppers play their storylines: sessions, decisions by rules, purchases', async () => {
  const { code, out, err } = await beckon.demo('CREATOR', 20, '--seed', '7');
  assert.equal(code, 0, err);
  const [, signals, decisions, acts] = /^20 shoppers on demo: (\d+) signals, (\d+) decisions \((\d+) with an action\)/
    .exec(out)
    .map(Number);
  assert.ok(signals > 40 && decisions === 20 && acts > 0, out);
  assert.match(err, /20 of 20 shoppers/);
  const { json } = await beckon.as('CREATOR', 'GET', '/chain?limit=50');
  assert.equal(json.items.length, 20);
  assert.ok((await beckon.as('CREATOR', 'GET', '/chain-rules/demo-cart-rescue')).json.actions.a);
});

test('what they do is told as what came of the rules: shown, clicked, bought for', async () => {
  const { json } = await beckon.as('CREATOR', 'GET', '/analytics');
  const sum = name =>
    json.rules.filter(one => one.ruleId === 'demo-cart-rescue').reduce((all, { totals }) => all + totals[name], 0);
  for (const name of ['acted', 'shown', 'clicked', 'dismissed', 'converted', 'value'])
    assert.ok(sum(name) > 0, `${name}: ${JSON.stringify(json.rules)}`);
  assert.ok(
    json.rules.some(one => one.shadow),
    'and a rule in shadow was watched',
  );
});

test('with a role that may, purchases are told to the receiver of --dev, and clicks to one that fails at times', async () => {
  for (let run = 0; run < 2; run += 1) assert.equal((await beckon.demo('OPERATOR', 20, '--seed', '7')).code, 0);
  const { items } = (await beckon.as('OPERATOR', 'GET', '/webhooks')).json;
  const of = description => items.filter(one => one.description === description).map(one => one.subscriptionId);
  const [[crm, second], [flaky, third]] = [of('the CRM of the demo'), of('a CRM that fails at times')];
  assert.ok(crm && flaky && !second && !third, 'each is made once');
  const deliveries = async hook => (await beckon.as('OPERATOR', 'GET', `/webhooks/${hook}/deliveries`)).json.items;
  const ended = await until('purchases were delivered', async () => {
    const all = await deliveries(crm);
    return all.length > 0 && all.every(one => one.status === 'delivered') && all;
  });
  assert.ok(
    ended.every(one => one.eventType === 'signal.purchase' && one.attemptCount === 1),
    JSON.stringify(ended),
  );
  await until(
    'one came through at the third attempt',
    async () => (await deliveries(flaky)).some(one => one.status === 'delivered' && one.attemptCount === 3),
    60_000,
  );
});

test('a rule of that name that is there already is left as it is', async () => {
  const { json } = await beckon.as('CREATOR', 'GET', '/chain-rules/demo-cart-rescue');
  const { rulesVersion: _, updatedAt: __, warnings: ___, requestId: ____, ...rule } = json;
  await beckon.as('CREATOR', 'PUT', '/chain-rules/demo-cart-rescue', { ...rule, name: 'Mine' });
  const { code } = await beckon.demo('CREATOR', 1);
  assert.equal(code, 0);
  assert.equal((await beckon.as('CREATOR', 'GET', '/chain-rules/demo-cart-rescue')).json.name, 'Mine');
});

test('a token that is not taken is said, and nothing is played', async () => {
  const { code, err } = await beckon.cli('demo', '--base', beckon.base, '--token', 'none');
  assert.equal(code, 1);
  assert.match(err, /the token was refused.*invalid_token/);
});
