// Home and Results: each number on the page is one that follows from what the API says, and from what was done.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import { Beckon, freshAddress, quickRetries } from './kit/beckon.mjs';
import { openBrowser, openConsole } from './kit/browser.mjs';
import { assertReadable, assertReadableInBothThemes } from './kit/readable.mjs';
import { until } from './kit/wait.mjs';

const kVisitors = 60;
const kZ = 1.959963984540054;

let beckon, browser, token, page;
const did = []; // of each visitor: what was decided, and what the visitor then did

const put = async (id, rule) => {
  const answer = await beckon.as('CREATOR', 'PUT', `/chain-rules/${id}`, rule);
  assert.ok(answer.status < 300, answer.text);
};
const say = async (sessionId, visitorId, ...signals) => {
  const answer = await beckon.chain('signals', { sessionId, visitorId, signals }, { from: freshAddress() });
  assert.equal(answer.status, 202, answer.text);
};
const ask = async (sessionId, visitorId, trigger) => {
  const answer = await beckon.chain('resolve', { sessionId, visitorId, trigger }, { from: freshAddress() });
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};
const analytics = async (query = '') => (await beckon.as('CREATOR', 'GET', `/analytics${query}`)).json;

// A shop of which everything is known: a rule with two variants and a control group, whose purchases are in two
// currencies; a rule that is held back at times; one that never acts; an endpoint that fails; a token that ends soon.
before(async () => {
  beckon = await Beckon.start({ flags: ['--dev', ...quickRetries] });
  browser = await openBrowser();
  token = await beckon.token('OWNER');
  const goal = { key: 'purchase', within: '1h', valueField: 'amount', currencyField: 'currency' };
  const when = { all: [{ count: { key: 'cart' }, within: '30m', atLeast: 1 }] };
  await put('rescue', {
    name: 'Save the cart',
    priority: 5,
    triggers: ['checkout'],
    when,
    limit: { caps: [{ max: 1000, per: '1d' }] }, // recorded before its response
    split: { holdout: 40, arms: { a: 1, b: 1 } },
    actions: { a: { type: 'popup' }, b: { type: 'banner' } },
    goal,
  });
  await put('welcome', {
    name: 'Welcome back',
    triggers: ['enter'],
    when: {},
    limit: { caps: [{ max: 1, per: 'session' }] },
    action: { type: 'banner' },
  });
  await put('second', {
    name: 'Second choice',
    triggers: ['checkout'],
    when: { ...when, none: [{ seen: { key: 'cart' }, within: '1h' }] }, // which are never true together
    action: { type: 'offer' },
  });
  await put('idea', {
    name: 'An idea',
    priority: 9,
    triggers: ['checkout'],
    when,
    action: { type: 'x' },
    status: 'draft',
  });
  const endpoint = (path, description) =>
    beckon.as('OPERATOR', 'POST', '/webhooks', {
      endpointUrl: `${beckon.base}/dev/receiver${path}`,
      eventTypes: ['signal.cart'],
      description,
    });
  await endpoint('', 'Order warehouse');
  await endpoint('/fail', 'CRM journeys');
  await beckon.as('OPERATOR', 'POST', '/tokens', {
    name: 'Checkout backend',
    scopes: ['chain.resolve'],
    expiresAt: new Date(Date.now() + 3 * 86_400_000).toISOString(),
  });
  for (let i = 0; i < kVisitors; i += 1) {
    const who = `visitor-${i}@company.example`,
      session = `sess-${i}`;
    await say(session, who, { type: 'cart', signalValue: 'add' });
    const { outcome, variant, decisionId, ruleId } = await ask(session, who, 'checkout');
    const one = { outcome, variant, ruleId, clicked: false, bought: null };
    const acted = outcome === 'act';
    if (acted) {
      one.clicked = i % 2 === 0;
      await say(
        session,
        who,
        { type: 'decision.shown', signalValue: decisionId },
        { type: i % 2 ? 'decision.dismissed' : 'decision.clicked', signalValue: decisionId },
      );
    }
    if (acted ? i % 5 < 3 : i % 4 === 0) {
      await pass(2); // a goal is later than its decision, and commits may take less than a millisecond
      one.bought = { amount: 20 + i + 0.5, currency: i % 7 === 0 ? 'USD' : 'EUR' };
      await say(session, who, { type: 'purchase', metadata: one.bought });
    }
    did.push(one);
  }
  for (let i = 0; i < 3; i += 1) await ask('sess-0', 'visitor-0@company.example', 'enter'); // acts once
  await ask('sess-new', undefined, 'checkout'); // without a cart: no match
  const bought = did.filter(one => one.bought).length;
  await until('all is counted', async () => {
    const { triggers, rules } = await analytics();
    const asked = triggers.reduce((sum, one) => sum + one.asked, 0);
    const converted = rules.reduce((sum, one) => sum + one.totals.converted, 0);
    const clicked = rules.reduce((sum, one) => sum + one.totals.clicked, 0);
    return asked === kVisitors + 4 && converted === bought && clicked === did.filter(one => one.clicked).length;
  });
  await until('one endpoint is failing, and the other has got all', async () => {
    const endpoints = (await beckon.as('OPERATOR', 'GET', '/webhooks')).json.items;
    const { items } = (await beckon.as('OPERATOR', 'GET', '/webhooks/stats')).json;
    return endpoints.some(one => one.circuit === 'open') && items.some(one => one.delivered === kVisitors);
  });
  page = await openConsole(browser, beckon.base, { token, path: '/demo/home' });
});
after(async () => {
  await browser?.close();
  await beckon?.close();
});

const of = outcome => did.filter(one => one.outcome === outcome);
const paidIn = (all, currency) => all.flatMap(({ bought }) => (bought?.currency === currency ? [bought.amount] : []));
const total = amounts => amounts.reduce((sum, one) => sum + one, 0);
const share = rate => `${(rate * 100).toFixed(1)} %`;
const points = rate => `${rate < 0 ? '−' : '+'}${Math.abs(rate * 100).toFixed(1)}`;
const money = (amount, currency) =>
  new Intl.NumberFormat('en', { style: 'currency', currency, currencyDisplay: 'narrowSymbol' })
    .format(amount)
    .replace('-', '−');
const plain = text => text.replaceAll(/\s+/g, ' ').trim();

const visit = async (path, on = page) => {
  await on.goto(`${beckon.base}/apps/lifecycle-messaging${path}`);
  await on.locator('h1').waitFor();
};
// The tiles of that label, each as one line.
const tiles = async (label, on = page) => {
  const found = on.locator('.tile').filter({ has: on.locator('dt').getByText(label, { exact: true }) });
  await found.first().waitFor();
  return (await found.allInnerTexts()).map(plain);
};
// The rows of a table, as texts by the heads of their columns.
const rowsOf = async (label, on = page) => {
  const table = on.getByRole('table', { name: label, exact: true });
  await table.waitFor();
  return table.evaluate(element => {
    const text = cell => cell.textContent.replaceAll(/\s+/g, ' ').trim();
    const heads = [...element.querySelectorAll('th')].map(text);
    return [...element.querySelectorAll('tbody tr')].map(row =>
      Object.fromEntries([...row.cells].map((cell, index) => [heads[index], text(cell)])),
    );
  });
};
const stepsOf = async (label, on = page) => {
  const list = on.getByRole('list', { name: label, exact: true });
  await list.waitFor();
  return list.evaluate(element =>
    [...element.children].map(item => [...item.querySelectorAll('span')].map(one => one.textContent)),
  );
};

// docs/rules.md, Results
function addedRevenue(treated, control, currency) {
  const mean = all => total(paidIn(all, currency)) / all.length;
  const error = all => {
    const squares = total(paidIn(all, currency).map(one => one * one));
    return Math.sqrt((squares - all.length * mean(all) ** 2) / (all.length * (all.length - 1)));
  };
  const is = treated.length * (mean(treated) - mean(control)),
    half = treated.length * kZ * Math.hypot(error(treated), error(control));
  return [is, is - half, is + half].map(amount => money(amount, currency));
}
// Newcombe 1998, method 10
function lift(treated, control) {
  const bounded = all => {
    const n = all.length,
      p = all.filter(one => one.bought).length / n,
      z = kZ ** 2;
    const half = kZ * Math.sqrt((p * (1 - p)) / n + z / (4 * n * n));
    return [p, (p + z / (2 * n) - half) / (1 + z / n), (p + z / (2 * n) + half) / (1 + z / n)];
  };
  const [p1, l1, u1] = bounded(treated),
    [p2, l2, u2] = bounded(control);
  const by = p1 - p2;
  return [by, by - Math.hypot(p1 - l1, u2 - p2), by + Math.hypot(u1 - p1, p2 - l2)];
}

describe('Home', () => {
  test('recovered revenue is by currency, with the revenue of the control group left out', async () => {
    await visit('/demo/home');
    const [shown] = await tiles('Recovered revenue');
    const wanted = ['EUR', 'USD'].map(currency => money(total(paidIn(of('act'), currency)), currency));
    assert.equal(shown, `Recovered revenue ${wanted.map(amount => `${amount} None in the previous 7 days`).join(' ')}`);
  });

  test('the recovery rate has its numerator and denominator', async () => {
    const good = of('act').filter(one => one.bought).length,
      all = of('act').length;
    const [shown] = await tiles('Recovery rate');
    assert.equal(
      shown,
      `Recovery rate ${share(good / all)} ${good} of ${all} decisions · None in the previous 7 days`,
      'rules without a goal are out of it',
    );
  });

  test('the median time to recover is the one that the API says, with the conversions that it is of', async () => {
    const { timeToConvert } = await analytics();
    const [shown] = await tiles('Median time to recover');
    assert.equal(timeToConvert.conversions, of('act').filter(one => one.bought).length);
    assert.match(shown, new RegExp(`^Median time to recover ${Math.round(timeToConvert.median)} s `));
    assert.ok(shown.includes(`of ${timeToConvert.conversions} conversions`), shown);
    const tile = page.locator('.tile', { hasText: 'Median time to recover' });
    assert.equal(await tile.locator('svg').count(), 0, 'there is no median of each hour to draw');
  });

  test('incremental revenue is what was recovered less the control group’s per decision, with its interval', async () => {
    const [shown] = await tiles('Incremental revenue');
    const [is, from, to] = addedRevenue(of('act'), of('holdout'), 'EUR');
    const wanted = `Incremental revenue ${is} 95 % interval ${from} to ${to} · None in the previous 7 days`;
    assert.equal(shown.slice(0, wanted.length), wanted);
    assert.ok(shown.slice(wanted.length).includes('$'), 'dollars by themselves');
  });

  test('treated against the control group, in the legend and as a table', async () => {
    const panel = page.getByRole('region', { name: 'Conversion rate, treated against control group', exact: true });
    const rate = all => share(all.filter(one => one.bought).length / all.length);
    assert.equal(
      plain(await panel.locator('.legend').innerText()),
      `Treated ${rate(of('act'))} Control group ${rate(of('holdout'))}`,
    );
    await panel.getByText('as a table').click();
    const last = panel.locator('table tr').last();
    assert.deepEqual((await last.locator('td').allInnerTexts()).slice(1), [rate(of('act')), rate(of('holdout'))]);
  });

  test('top rules by their names, with lift and revenue', async () => {
    const [first, second] = await rowsOf('Top rules');
    const [by, from, to] = lift(of('act'), of('holdout'));
    const good = of('act').filter(one => one.bought).length;
    assert.deepEqual([first.Rule, first.Acted], ['Save the cart', `${of('act').length}`]);
    assert.equal(first.Converted, `${good} · ${share(good / of('act').length)}`);
    assert.equal(first.Lift, `${points(by)} points${from > 0 || to < 0 ? '' : ', not significant'}`);
    for (const currency of ['EUR', 'USD'])
      assert.ok(first.Revenue.includes(money(total(paidIn(of('act'), currency)), currency)), first.Revenue);
    assert.deepEqual([second.Rule, second.Acted, second.Lift], ['Welcome back', '1', '–']);
  });

  test('endpoints: what was delivered, what waits, and since when one has failed', async () => {
    const { items } = (await beckon.as('OPERATOR', 'GET', '/webhooks/stats')).json;
    const { items: endpoints } = (await beckon.as('OPERATOR', 'GET', '/webhooks')).json;
    const rows = await rowsOf('Endpoints');
    for (const { subscriptionId, description, circuit } of endpoints) {
      const found = items.find(one => one.subscriptionId === subscriptionId),
        row = rows.find(one => one.Endpoint === description);
      assert.equal(row.Delivered, found.share === null ? '–' : `${found.delivered} · ${share(found.share)}`);
      assert.equal(row.Waiting, `${found.waiting}`);
      const failing = found.failingSince ? /^Failing since \d/ : /^Failing$/;
      assert.match(row.Status, found.failingSince || circuit === 'open' ? failing : /^Healthy$/, description);
    }
    assert.equal(rows.find(one => one.Endpoint === 'Order warehouse').Delivered, `${kVisitors} · 100.0 %`);
    assert.match(rows.find(one => one.Endpoint === 'CRM journeys').Status, /^Failing/);
  });

  test('what needs attention: the endpoint that fails, the rule that never acts, the token that ends soon', async () => {
    const panel = page.getByRole('region', { name: 'Needs attention' });
    for (const title of ['CRM journeys is failing', '“Second choice” never acts', 'Token “Checkout backend” expires'])
      await panel.getByRole('link', { name: title, exact: true }).waitFor();
    await panel.getByText('3 issues', { exact: true }).waitFor();
    const { json } = await beckon.as('CREATOR', 'GET', '/chain-rules/second');
    await panel.getByText(json.warnings[0].message).waitFor();
  });

  test('right now: the decisions of this hour and the one before, and the oldest delivery that waits', async () => {
    const panel = page.getByRole('region', { name: 'Right now' });
    await panel.getByText('Live', { exact: true }).waitFor();
    const { triggers } = await analytics('?bucket=hour');
    const asked = triggers.reduce((sum, one) => sum + one.asked, 0);
    await panel.getByText(`${asked} since`).waitFor();
    await panel.getByText(/^\d+\.\d \/ min on average$/).waitFor();
    await say('sess-late', undefined, { type: 'view' });
    await panel
      .getByText(/^[1-9]\d* \/ min$/)
      .first()
      .waitFor();
  });

  test('recent changes are the newest of the audit log', async () => {
    const { items } = (await beckon.as('OPERATOR', 'GET', '/audit-events?limit=6')).json;
    const shown = await page.getByRole('region', { name: 'Recent changes' }).getByRole('listitem').allInnerTexts();
    assert.equal(shown.length, items.length);
    assert.ok(
      shown.some(text => text.includes('Token created')),
      shown.join(),
    );
    assert.ok(
      shown.some(text => /Endpoint created CRM journeys/.test(plain(text))),
      shown.join(),
    );
  });

  test('the period is in the address', async () => {
    await page.getByRole('link', { name: '24 h', exact: true }).click();
    await page.waitForURL(/home\?period=24h/);
    await page.getByText('None in the previous 24 hours').first().waitFor();
    const [shown] = await tiles('Recovery rate');
    assert.match(shown, new RegExp(`of ${of('act').length} decisions`));
    assert.deepEqual(page.faults, []);
  });
});

describe('Results', () => {
  test('of all rules: from the requests to the conversions, and why they did not act', async () => {
    await visit('/demo/rules/-/results');
    const acted = of('act').length + 1,
      shown = of('act').length,
      clicked = of('act').filter(one => one.clicked).length,
      converted = of('act').filter(one => one.bought).length,
      asked = kVisitors + 4;
    assert.deepEqual(await stepsOf('Funnel'), [
      ['Asked', `${asked}`, ''],
      ['Acted', `${acted}`, share(acted / asked)],
      ['Shown', `${shown}`, share(shown / acted)],
      ['Clicked', `${clicked}`, share(clicked / shown)],
      ['Converted', `${converted}`, share(converted / clicked)],
    ]);
    const heldOut = of('holdout').length,
      not = asked - acted;
    assert.deepEqual(await stepsOf('Why it did not act'), [
      ['Control group', `${heldOut}`, share(heldOut / not)],
      ['No match or held back', `${not - heldOut}`, share((not - heldOut) / not)],
    ]);
    await page.getByText('Held back 2 times: 2 × frequency limit.').waitFor();
    await page.getByText(/Conversions of decisions made before .* are final/).waitFor();
  });

  test('of one rule: its variants against the control group, with a reading', async () => {
    await page.getByRole('link', { name: 'Save the cart', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Results of Save the cart' }).waitFor();
    const rows = await rowsOf('Variants of Save the cart');
    assert.deepEqual(
      rows.map(one => one.Variant),
      ['a', 'b', 'Control group'],
    );
    for (const row of rows) {
      const all = row.Variant === 'Control group' ? of('holdout') : did.filter(one => one.variant === row.Variant);
      const good = all.filter(one => one.bought).length;
      assert.equal(row.Decisions, `${all.length}`);
      assert.equal(row.Converted, `${good} · ${share(good / all.length)}`);
      for (const currency of ['EUR', 'USD']) {
        const paid = total(paidIn(all, currency));
        if (!paid) continue;
        assert.ok(row.Revenue.includes(money(paid, currency)), row.Revenue);
        assert.ok(row.Revenue.includes(`${money(paid / all.length, currency)} per decision`), row.Revenue);
      }
      if (row.Variant === 'Control group') continue;
      const [by, from, to] = lift(all, of('holdout'));
      const whisker = page.getByRole('row', { name: new RegExp(`^${row.Variant} `) }).getByRole('img');
      assert.equal(
        await whisker.getAttribute('aria-label'),
        `${points(by)} points, 95 % interval ${points(from)} to ${points(to)}`,
      );
      assert.match(
        row.Lift,
        from > 0 ? /^Better than/ : to < 0 ? /^Worse than/ : /^Not significant: about [\d,]+ more people needed$/,
      );
    }
    const [shown] = await tiles('Lift vs control group');
    const treated = of('act'),
      lifted = lift(treated, of('holdout')),
      [added, least, most] = lifted.map(by => `${Math.round(by * treated.length)}`.replace('-', '−'));
    assert.ok(shown.startsWith(`Lift vs control group ${points(lifted[0])} points`), shown);
    assert.ok(shown.endsWith(` · ${added} incremental conversions, ${least} to ${most}`), shown);
  });

  test('the series speaks in its legend and as a table, by number and by share', async () => {
    const panel = page.getByRole('region', { name: 'Decisions per day' });
    await panel.getByText('as a table').click();
    const heldOut = of('holdout').length;
    assert.deepEqual((await panel.locator('table tr').last().locator('td').allInnerTexts()).slice(1), [
      `${did.filter(one => one.variant === 'a').length}`,
      `${did.filter(one => one.variant === 'b').length}`,
      `${heldOut}`,
    ]);
    await panel.getByRole('link', { name: 'Conversion rate' }).click();
    await page.waitForURL(/series=rate/);
    const legend = page.getByRole('region', { name: 'Conversion rate per day' }).locator('.legend');
    assert.ok(
      plain(await legend.innerText()).endsWith(
        `Control group ${share(of('holdout').filter(one => one.bought).length / heldOut)}`,
      ),
    );
  });

  test('the file has the numbers of the table', async () => {
    const rows = await rowsOf('Variants of Save the cart');
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export CSV' }).click();
    const file = await saved;
    assert.match(file.suggestedFilename(), /^results-demo-rescue.*\.csv$/);
    const [head, ...lines] = (await readFile(await file.path(), 'utf8')).trim().split('\r\n');
    const heads = head.split(',');
    assert.equal(lines.length, rows.length);
    for (const [index, line] of lines.entries()) {
      const cells = Object.fromEntries(line.split(',').map((cell, at) => [heads[at], cell])),
        row = rows[index];
      assert.deepEqual([cells.Rule, cells.Variant, cells.Decisions], ['Save the cart', row.Variant, row.Decisions]);
      assert.equal(cells['Rule id'], 'rescue');
      const week = Date.parse(cells['Period until']) - Date.parse(cells['Period from']);
      assert.equal(week, 7 * 86_400_000);
      assert.equal(`${cells.Converted} · ${Number(cells['Conversion rate (%)']).toFixed(1)} %`, row.Converted);
      for (const currency of ['EUR', 'USD'])
        if (Number(cells[`Revenue (${currency})`]))
          assert.ok(row.Revenue.includes(money(Number(cells[`Revenue (${currency})`]), currency)), row.Revenue);
      assert.ok(row.Lift.endsWith(cells.Reading), row.Lift);
    }
  });

  test('any days against as many before, and days out of order are an error beside the field', async () => {
    // Days that are over, so that the hour of the test does not matter.
    const [last, first, before] = [1, 2, 3].map(days =>
      new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10),
    );
    await page.getByLabel('From', { exact: true }).fill(first);
    await page.waitForURL(new RegExp(`from=${first}`));
    await page.getByLabel('To', { exact: true }).fill(last);
    await page.waitForURL(new RegExp(`to=${last}`));
    await page
      .getByText(/previous 2 days/)
      .first()
      .waitFor();
    await page.getByLabel('To', { exact: true }).fill(before);
    await page.getByText('The last day must not be before the first.').waitFor();
    await page.getByRole('link', { name: '28 days', exact: true }).click();
    await page
      .getByText(/previous 28 days/)
      .first()
      .waitFor();
    assert.equal(await page.getByText('The last day must not be before the first.').count(), 0);
  });

  test('a rule that was held back says why', async () => {
    await visit('/demo/rules/-/results?rule=welcome');
    assert.deepEqual(await stepsOf('Why it did not act'), [['Held back: frequency limit', '2', '100.0 %']]);
    await page.getByText('No control group', { exact: true }).waitFor();
    assert.deepEqual(page.faults, []);
  });
});

test('a simulation is a sentence, and its results have names', async () => {
  await visit('/demo/rules/-/simulate?rule=idea');
  await page.getByLabel('Rule', { exact: true }).waitFor();
  await until(
    'the draft is chosen',
    async () => (await page.getByLabel('Rule', { exact: true }).inputValue()) === 'idea',
  );
  await page.getByRole('button', { name: /^Run/ }).click();
  await page.getByText(`${kVisitors} sessions would have received a different decision.`).waitFor();
  const row = (await rowsOf('Per rule')).find(one => one.Rule === 'An idea');
  assert.deepEqual([row.Asked, row['Would have acted']], [`${kVisitors}`, `${kVisitors}`]);
  const [example] = await rowsOf('Changed sessions');
  assert.match(example.Hypothetical, /Acted ?An idea/);
  assert.match(example.Served, /Save the cart/);
});

describe('readable by everybody', () => {
  const kPlaces = {
    home: '/demo/home',
    results: '/demo/rules/-/results',
    rule: '/demo/rules/-/results?rule=rescue&series=rate',
    simulate: '/demo/rules/-/simulate',
  };
  test('axe finds nothing, in either theme, and nothing scrolls sideways', async () => {
    const other = await openConsole(browser, beckon.base, { token });
    for (const [name, path] of Object.entries(kPlaces)) {
      await visit(path, other);
      await other.locator('.panel').first().waitFor();
      await assertReadableInBothThemes(other, name);
      for (const width of [320, 768, 1280, 1600]) {
        await other.setViewportSize({ width, height: 800 });
        assert.ok(
          await other.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
          `${name} at ${width}`,
        );
      }
    }
    assert.deepEqual(other.faults, []);
    await other.context().close();
  });
});

test('a CREATOR sees the numbers, and which role the rest requires', async () => {
  const creator = await openConsole(browser, beckon.base, { token: await beckon.token('CREATOR') });
  const refused = [];
  creator.on('response', answer => {
    if (answer.status() === 403) refused.push(answer.url());
  });
  await visit('/demo/home', creator);
  const [shown] = await tiles('Recovery rate', creator);
  assert.match(shown, new RegExp(`of ${of('act').length} decisions`));
  for (const name of ['Endpoints', 'Right now', 'Recent changes', 'Needs attention']) {
    const panel = creator.getByRole('region', { name, exact: true });
    assert.match(await panel.innerText(), /Needs the role Operator on demo; you have Creator\./, name);
  }
  await creator
    .getByRole('region', { name: 'Needs attention' })
    .getByRole('link', { name: '“Second choice” never acts' })
    .waitFor();
  await put('second', {
    name: 'Second choice',
    triggers: ['checkout'],
    when: {},
    status: 'draft',
    action: { type: 'x' },
  });
  await visit('/demo/home', creator);
  const attention = creator.getByRole('region', { name: 'Needs attention' });
  await attention.getByText('Every live rule can act.').waitFor();
  assert.match(await attention.innerText(), /Endpoints and tokens are not checked here\./);
  assert.doesNotMatch(await attention.innerText(), /Nothing needs attention/);
  assert.deepEqual(refused, [], 'nothing is asked that would be refused');
  assert.deepEqual(creator.faults, []);
  await creator.context().close();
});

test('Home of a handle in which nothing has happened leads to the playbook', async () => {
  const made = await beckon.admin('POST', '/handles', { handle: 'newcomer', ownerEmail: 'new@company.example' });
  assert.ok(made.status < 300, made.text);
  const other = await openConsole(browser, beckon.base, { token: await beckon.token('OPERATOR', 'newcomer') });
  await visit('/newcomer/home', other);
  await other.getByRole('heading', { name: 'Get started' }).waitFor();
  await assertReadable(other, 'an empty home');
  await other.getByRole('link', { name: 'Start with the first step' }).click();
  await other.waitForURL(/newcomer\/append/);
  await visit('/newcomer/rules/-/results', other);
  await other.getByText('No decision requests in this period.').waitFor();
  assert.deepEqual(other.faults, []);
  await other.context().close();
});
