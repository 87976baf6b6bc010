// The page People of the console: a visitor by any id, what an operator can do with them, and the handle's traits.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Beckon, freshAddress } from './kit/beckon.mjs';
import { openBrowser, openConsole } from './kit/browser.mjs';
import { assertReadable, assertReadableInBothThemes } from './kit/readable.mjs';

let beckon, browser, token, page;
const jon = 'jon@company.example',
  odd = 'org/7 50%2F <b>&?#', // an id with all that an address gives a meaning to
  home = '~a-home';

const say = async (sessionId, who, ...types) => {
  const body = { sessionId, ...who, signals: types.map(one => (typeof one === 'string' ? { type: one } : one)) };
  const answer = await beckon.chain('signals', body, { from: freshAddress() });
  assert.equal(answer.status, 202, answer.text);
};
const path = id => `/visitors/${encodeURIComponent(id)}`;
const visitor = async (id, as = 'OPERATOR') => (await beckon.as(as, 'GET', path(id))).json;
const traits = async (id, body) => {
  const answer = await beckon.as('OPERATOR', 'POST', `${path(id)}/traits`, body);
  assert.equal(answer.status, 200, answer.text);
};
const idsOf = async id => (await visitor(id)).ids.map(one => one.id);

before(async () => {
  beckon = await Beckon.start();
  browser = await openBrowser();
  token = await beckon.token('OPERATOR');
  await beckon.as('CREATOR', 'PUT', '/chain-rules/welcome', {
    triggers: ['checkout'],
    when: {},
    limit: { caps: [{ max: 9, per: '1d' }] },
    action: { type: 'popup', payload: {} },
  });
  await say('s-old', { anonymousId: 'a-home' }, 'view');
  await say('s-mid', { anonymousId: 'a-home', visitorId: jon }, 'view', 'cart');
  await say('s-new', { visitorId: jon }, 'view');
  await say('s-crm', { visitorId: 'crm-17' }, 'view');
  await say('s-odd', { visitorId: odd }, 'view');
  await say('s-browser', { anonymousId: 'a-7f' }, 'view');
  const resolved = await beckon.chain('resolve', { sessionId: 's-crm', trigger: 'checkout' });
  assert.equal(resolved.json.outcome, 'act');
  await traits(jon, {
    set: { plan: 'pro', seats: 12.5, trial: false, tags: ['b', 'a'], email: jon },
    source: 'crm',
    at: '2026-05-01T10:00:00Z',
  });
  page = await openConsole(browser, beckon.base, { token });
});
after(async () => {
  await browser?.close();
  await beckon?.close();
});

const main = () => page.locator('#main');
const press = (name, within = page) => within.getByRole('button', { name, exact: true }).click();
// A disabled button, which can still be reached and pressed.
const pressClosed = (name, within = page) => within.getByRole('button', { name, exact: true }).press('Enter');
// An id in an address of the page.
const segment = id => encodeURIComponent(id.replace(/[%/]/g, encodeURIComponent));
const heading = name => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
const open = async (id, on = page) => {
  await on.goto(`${beckon.base}/apps/lifecycle-messaging/demo/people${id ? `/${segment(id)}` : ''}`);
  await on.locator('h1').waitFor();
  await on.waitForFunction(() => !document.querySelector('.loading'));
};
const addressIs = id => page.waitForURL(url => url.pathname.endsWith(`/demo/people/${segment(id)}`));
const rows = async region =>
  (await region.locator('tbody tr').allInnerTexts()).map(row => row.split('\t').map(cell => cell.trim()));

test('the menu leads to the visitors seen last, and from there to one', async () => {
  await page.getByRole('link', { name: 'People', exact: true }).first().click();
  await heading('People');
  const seen = page.getByRole('region', { name: /^Visitors of the/ });
  await seen.getByRole('link', { name: /a-7f/ }).waitFor();
  const listed = await seen.getByRole('link').allInnerTexts();
  assert.deepEqual(listed.sort(), [jon, 'crm-17', odd, '~a-7f'].sort());
  assert.match(await seen.getByRole('listitem').filter({ hasText: jon }).innerText(), /3 sessions/);
  await seen.getByRole('link', { name: jon }).click();
  await addressIs(jon);
  await heading(jon);
});

test('all visitors are listed by id, and found by the beginning of any id as it is typed', async () => {
  await open('');
  const all = page.getByRole('region', { name: 'All visitors, by id' });
  await all.getByRole('link', { name: '~a-7f' }).waitFor();
  const names = region => region.locator('.rowlink').allInnerTexts();
  assert.deepEqual(await names(all), ['crm-17', jon, odd, '~a-7f']);
  assert.match(await all.getByRole('row', { name: jon }).innerText(), /jon@company\.example\s+2\s+[23]\s/);
  await page.getByLabel('Id of a visitor').fill('~a-h');
  const found = page.getByRole('region', { name: 'Ids that begin with ~a-h' });
  await found.getByRole('link', { name: jon }).waitFor();
  assert.deepEqual(await names(found), [jon]);
  assert.match(await found.innerText(), /by ~a-home/);
  assert.ok(new URL(page.url()).searchParams.get('q') === '~a-h', 'the search can be linked to');
  await page.getByLabel('Id of a visitor').fill('nobody-');
  await page.getByText('No visitor has an id that begins with nobody-').waitFor();
  await page.getByLabel('Id of a visitor').fill('');
  await all.getByRole('link', { name: '~a-7f' }).waitFor();
});

test('any id of a visitor is searched for, and one that is unknown is reported', async () => {
  await open('');
  await page.keyboard.press('/');
  await page.keyboard.type(` ${home} `);
  await page.keyboard.press('Enter');
  await addressIs(home);
  await heading(jon);
  assert.match(await main().innerText(), /Found by ~a-home/);

  await open('');
  await page.getByLabel('Id of a visitor').fill(odd);
  await press('Open');
  await addressIs(odd);
  await heading(odd);

  await open('nobody');
  await page.getByText('No visitor has this id: it was never seen').waitFor();
  assert.equal(await page.getByLabel('Id of a visitor').inputValue(), 'nobody');
  await page.getByLabel('Id of a visitor').fill('..');
  await pressClosed('Open');
  await page.getByText('No visitor has this id.', { exact: true }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Erase' }).count(), 0);
});

test('among sessions, too, a visitor is found by an id', async () => {
  await page.goto(`${beckon.base}/apps/lifecycle-messaging/demo/sessions`);
  const field = page.getByLabel('Id of a session or visitor');
  await field.fill(home);
  await field.press('Enter');
  await heading(jon);
});

test('a visitor is shown with ids, traits by name, and sessions, newest first', async () => {
  await open(jon);
  const ids = page.getByRole('region', { name: 'Ids' });
  assert.match(await ids.innerText(), /jon@company\.example[\s\S]*the main id[\s\S]*~a-home[\s\S]*since/);
  const table = page.getByRole('table', { name: 'Traits of the visitor' });
  assert.deepEqual(
    (await rows(table)).map(([name, value, source]) => [name, value, source]),
    [
      ['email', 'j•••@company.example', 'crm'],
      ['plan', 'pro', 'crm'],
      ['seats', '12.5', 'crm'],
      ['tags', 'a, b', 'crm'],
      ['trial', 'false', 'crm'],
    ],
  );
  assert.equal(await table.locator('time').first().getAttribute('datetime'), '2026-05-01T10:00:00Z');
  const sessions = page.getByRole('region', { name: 'Sessions' });
  assert.deepEqual(await sessions.getByRole('link').allInnerTexts(), ['s-new', 's-mid', 's-old']);
  await sessions.getByRole('link', { name: /s-old/ }).click();
  await heading('s-old');
  await main().getByRole('link', { name: jon }).click();
  await heading(jon);
});

test('a sensitive value is masked until it is shown, which is in the audit log, and is not changed to its mask', async () => {
  await open(jon);
  const table = page.getByRole('table', { name: 'Traits of the visitor' });
  const value = page.getByRole('form', { name: 'Change a trait' }).getByLabel('Value', { exact: true });
  const reveals = async () =>
    (await beckon.as('OPERATOR', 'GET', '/audit-events')).json.items.filter(
      ({ action }) => action === 'visitor.reveal',
    );
  assert.deepEqual(await reveals(), []);
  await press('Change email', table);
  assert.equal(await value.inputValue(), '');
  assert.equal(await table.getByRole('button', { name: /^Show/ }).count(), 1, 'the others are not sensitive');
  await press('Show email', table);
  await table.getByRole('cell', { name: jon, exact: true }).waitFor();
  assert.equal(await table.getByRole('button', { name: /^Show/ }).count(), 0);
  const [entry, ...more] = await reveals();
  assert.deepEqual([entry.detail, more], [{ trait: 'email' }, []]);
  assert.ok(!JSON.stringify(entry).includes(jon));
  await press('Change email', table);
  assert.equal(await value.inputValue(), jon);
});

test('a visitor has one timeline over all sessions, newest first, in pages', async () => {
  await say('s-long', { visitorId: 'long' }, ...Array.from({ length: 40 }, () => 'view'));
  await say('s-long-2', { visitorId: 'long' }, ...Array.from({ length: 40 }, () => 'scroll'));
  await traits('long', { set: { plan: 'team', email: 'long@company.example' }, source: 'crm' });
  await open('long');
  const line = page.getByRole('region', { name: 'Timeline' });
  await line.getByRole('listitem').first().waitFor();
  assert.equal(await line.getByRole('listitem').count(), 50);
  const first = await line.getByRole('listitem').first().innerText();
  assert.match(first, /Trait (plan|email)\s+set to/);
  assert.doesNotMatch(await line.innerText(), /long@company\.example/, 'a sensitive value');
  await press('Show more', line);
  await line.getByText('trait plan').waitFor();
  await page.waitForFunction(() => document.querySelectorAll('.tl > li').length === 82);
  assert.equal(await line.getByRole('button', { name: 'Show more' }).count(), 0);
  await line.getByRole('link', { name: 's-long', exact: true }).first().click();
  await heading('s-long');
  // What happens meanwhile is shown.
  await open(jon);
  const theirs = page.getByRole('region', { name: 'Timeline' });
  await theirs.getByText('joined').waitFor();
  await say('s-new', {}, 'just.now');
  await theirs.getByText('just.now').waitFor();
});

test('the metadata of a signal is folded under it, in a session and in the timeline of a visitor', async () => {
  const metadata = { amount: 59.9, currency: 'EUR', items: ['lamp'] };
  await say('s-paid', { visitorId: 'payer' }, { type: 'purchase', metadata });
  await say('s-paid', {}, 'view');
  const shows = async unfold => {
    await unfold.click();
    const region = page.getByRole('region', { name: 'Details of signal 1' });
    await region.waitFor();
    assert.deepEqual(JSON.parse(await region.innerText()).metadata, metadata);
  };
  await page.goto(`${beckon.base}/apps/lifecycle-messaging/demo/sessions/s-paid`);
  await shows(page.getByText('With amount, currency, items'));
  assert.equal(await page.locator('.tl details').count(), 1, 'the other signal has no more to show');
  await open('payer');
  const moment = name => page.locator('.tl > li', { hasText: name }).getByText('Details', { exact: true });
  await moment('view').click();
  await page.getByText('It has no metadata.').waitFor();
  await shows(moment('purchase'));
});

test('the timeline of a session links to its visitor', async () => {
  await page.goto(`${beckon.base}/apps/lifecycle-messaging/demo/append?session=s-browser`);
  await page.getByRole('complementary', { name: 'Session timeline' }).getByRole('link', { name: '~a-7f' }).click();
  await addressIs('~a-7f');
  await heading('~a-7f');
});

test('a trait is set and unset, and the outcome is shown: applied, stale, refused', async () => {
  await open(jon);
  const form = page.getByRole('form', { name: 'Change a trait' });
  const trait = form.getByLabel('Trait', { exact: true }),
    value = form.getByLabel('Value', { exact: true });
  const table = page.getByRole('table', { name: 'Traits of the visitor' });
  await trait.fill('city');
  await form.getByLabel('Type', { exact: true }).selectOption('number');
  await value.fill('Wien');
  await pressClosed('Set', form);
  await form.getByText('Enter a number first.').waitFor();
  await form.getByLabel('Type', { exact: true }).selectOption('text');
  await press('Set', form);
  await form.getByText('Applied: city').waitFor();
  await table.getByText('Wien').waitFor();
  assert.equal((await visitor(jon)).traits.city.source, 'server');
  assert.equal(await form.getByLabel('Type', { exact: true }).count(), 0, 'it has a type now');

  await press('Change seats', table);
  assert.equal(await value.inputValue(), '12.5');
  assert.ok(await value.evaluate(one => one === document.activeElement));
  await value.fill('1000000000000');
  await press('Set', form);
  await form.getByText('Refused: seats must be a number below 1 trillion').waitFor();
  await value.fill('3.25');
  await form.getByLabel('Source').fill('No Name');
  await press('Set', form);
  await form.getByText('must be a name such as').waitFor();
  await form.getByLabel('Source').fill('');
  await press('Set', form);
  await form.getByText('Applied: seats').waitFor();
  await table.getByText('3.25').waitFor();

  await press('Change tags', table);
  assert.equal(await value.inputValue(), 'a\nb');
  await value.fill('c\na');
  await press('Set', form);
  await table.getByText('a, c').waitFor();

  await press('Change trial', table);
  await value.selectOption('true');
  await press('Set', form);
  await form.getByText('Applied: trial').waitFor();
  assert.equal((await visitor(jon)).traits.trial.value, true);

  await beckon.as('OPERATOR', 'PUT', '/traits/city', { type: 'text', sources: ['crm', 'server'] });
  await traits(jon, { set: { city: 'Graz' }, source: 'crm' });
  await trait.fill('city');
  await value.fill('Linz');
  await press('Set', form);
  await form.getByText('Stale: city stays as it is').waitFor();

  await trait.fill('plan');
  await form.getByLabel('Change', { exact: true }).selectOption('unset');
  await press('Unset', form);
  await form.getByText('Applied: plan').waitFor();
  await table.getByRole('cell', { name: 'plan', exact: true }).waitFor({ state: 'detached' });
  assert.equal((await visitor(jon)).traits.plan, undefined);
});

test('an export is saved as a file', async () => {
  await open(home);
  const saved = page.waitForEvent('download');
  await press('Export');
  const file = await saved;
  assert.equal(file.suggestedFilename(), 'visitor-jon@company.example.json');
  const { visitorId, sessions, traitHistory } = JSON.parse(readFileSync(await file.path(), 'utf8'));
  assert.equal(visitorId, jon);
  assert.deepEqual(sessions.map(one => one.sessionId).sort(), ['s-mid', 's-new', 's-old']);
  assert.ok(traitHistory.some(one => one.trait === 'plan' && one.op === 'unset'));
});

test('another id is joined after its plan was shown, and split again likewise', async () => {
  await open(home);
  await press('Join another id');
  const dialog = page.getByRole('dialog', { name: 'Join another id' });
  await dialog.getByLabel('Id to join').fill('guest');
  await press('Show what happens', dialog);
  await dialog.getByText('names nobody').waitFor();
  await dialog.getByLabel('Id to join').fill(home);
  await press('Show what happens', dialog);
  await dialog.getByText('Nothing to join').waitFor();
  await dialog.getByLabel('Id to join').fill('crm-17');
  assert.equal(await dialog.getByRole('button', { name: 'Join', exact: true }).count(), 0, 'not before the plan');
  await press('Show what happens', dialog);
  const theirs = dialog.getByRole('region', { name: 'The visitor' }),
    joining = dialog.getByRole('region', { name: 'Joins them' });
  assert.match(await theirs.innerText(), /3 sessions, 0 decisions that count/);
  assert.match(await joining.innerText(), /crm-17\s+1 session, 1 decision that counts/);
  assert.deepEqual(await idsOf('crm-17'), ['crm-17'], 'a plan changes nothing');
  await assertReadable(page, 'the plan of a join');
  await press('Join', dialog);
  await addressIs(jon);
  await page.getByRole('region', { name: 'Ids' }).getByText('crm-17', { exact: true }).waitFor();
  assert.deepEqual((await idsOf(jon)).sort(), [jon, 'crm-17', home].sort());
  await page.getByRole('region', { name: 'Sessions' }).getByRole('link', { name: /s-crm/ }).waitFor();

  await press('Split');
  const split = page.getByRole('dialog', { name: 'Split ids from this visitor' });
  await pressClosed('Show what happens', split);
  await split.getByText('Choose an id first.').waitFor();
  for (const box of await split.getByRole('checkbox').all()) await box.check();
  await split.getByText('The visitor keeps at least one id.').waitFor();
  await split.getByRole('checkbox', { name: jon }).uncheck();
  await split.getByRole('checkbox', { name: home }).uncheck();
  await press('Show what happens', split);
  assert.match(await split.getByRole('region', { name: 'Leave' }).innerText(), /crm-17\s+1 session, 1 decision/);
  assert.equal((await idsOf(jon)).length, 3, 'a plan changes nothing');
  await assertReadable(page, 'the plan of a split');
  await press('Split', split);
  await page.getByRole('region', { name: 'Ids' }).getByText('crm-17', { exact: true }).waitFor({ state: 'detached' });
  assert.deepEqual(await idsOf('crm-17'), ['crm-17']);
});

test('a visitor who leaves with their name is left where the others stay', async () => {
  await say('s-left', { visitorId: 'left' }, 'view');
  await beckon.as('OPERATOR', 'POST', `${path('left')}/aliases`, { id: 'stays' });
  await open('left');
  await press('Split');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('checkbox', { name: 'left' }).check();
  await press('Show what happens', dialog);
  await dialog.getByRole('region', { name: 'Leave' }).getByText('left', { exact: true }).waitFor();
  await press('Split', dialog);
  await addressIs('stays');
  await heading('stays');
});

test('an anonymous browser is joined to the visitor whose id is given', async () => {
  await open('~a-7f');
  const join = page.getByRole('button', { name: 'Join another id' });
  await join.waitFor();
  assert.equal(await page.getByRole('button', { name: 'Split' }).count(), 0, 'of one id, nothing can be split');
  await join.click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Id of the visitor').fill('crm-17');
  await press('Show what happens', dialog);
  await dialog.getByRole('region', { name: 'Joins them' }).getByText('~a-7f').waitFor();
  await press('Join', dialog);
  await addressIs('crm-17');
  await heading('crm-17');
  assert.deepEqual((await idsOf('crm-17')).sort(), ['crm-17', '~a-7f'].sort());
});

test('a visitor is erased once the id is typed', async () => {
  await open(odd);
  await press('Erase');
  const dialog = page.getByRole('dialog', { name: 'Erase this visitor?' });
  assert.match(await dialog.innerText(), /Ids: 1[\s\S]*Sessions: 1[\s\S]*Traits: 0[\s\S]*cannot be undone/);
  await assertReadable(page, 'the question before an erasure');
  await pressClosed('Erase', dialog);
  await dialog.getByLabel(/^Type/).fill('org/7');
  await pressClosed('Erase', dialog);
  await dialog.getByText('Type the id first.').waitFor();
  assert.equal((await beckon.as('OPERATOR', 'GET', path(odd))).status, 200);
  await dialog.getByLabel(/^Type/).fill(odd);
  await press('Erase', dialog);
  await heading('People');
  assert.equal((await beckon.as('OPERATOR', 'GET', path(odd))).status, 404);
  assert.equal((await beckon.as('CREATOR', 'GET', '/chain/s-odd')).status, 404);
});

test('traits are listed, declared with every error at its field, changed and deleted', async () => {
  await open('');
  await page.getByRole('link', { name: 'Traits', exact: true }).click();
  await heading('Traits');
  const table = page.getByRole('table', { name: 'Traits of the handle' });
  const rowOf = async name => (await rows(table)).find(([first]) => first === name)?.slice(0, 6);
  await table.getByText('zone', { exact: true }).waitFor();
  assert.deepEqual(await rowOf('seats'), ['seats', 'number', 'no', 'no', 'all, then page', 'first value']);
  assert.deepEqual(await rowOf('email'), ['email', 'text', 'no', 'yes', 'all, then page', 'built in']);
  assert.equal(await table.getByRole('button', { name: 'Delete zone' }).count(), 0);

  const form = page.getByRole('region', { name: 'Declare a trait' });
  await form.getByLabel('Name').fill('9');
  await form.getByRole('checkbox', { name: /^Public/ }).check();
  await form.getByRole('checkbox', { name: /^Sensitive/ }).check();
  await form.getByLabel(/^Sources/).fill('crm, Bad');
  await press('Declare', form);
  await form.getByText('must be 1 to 64 letters').waitFor();
  await form.getByText('cannot be true of a sensitive trait').waitFor();
  await form.getByText('[1] must be a name such as').waitFor();
  await form.getByLabel('Name').fill('mrr');
  await form.getByLabel('Type').selectOption('number');
  await form.getByRole('checkbox', { name: /^Public/ }).uncheck();
  await form.getByLabel(/^Sources/).fill('crm, server');
  await press('Declare', form);
  await table.getByText('mrr', { exact: true }).waitFor();
  assert.deepEqual(await rowOf('mrr'), ['mrr', 'number', 'no', 'yes', 'crm, server', 'declared']);

  await press('Change mrr', table);
  assert.equal(await form.getByLabel('Name').inputValue(), 'mrr');
  await form.getByRole('checkbox', { name: /^Sensitive/ }).uncheck();
  await press('Declare', form);
  await table.getByRole('row', { name: 'mrr number no no' }).waitFor();

  await beckon.as('CREATOR', 'PUT', '/chain-rules/valued', {
    triggers: ['never'],
    when: { all: [{ trait: 'mrr', atLeast: 10 }] },
    action: { type: 'popup' },
  });
  await press('Delete mrr', table);
  const dialog = page.getByRole('dialog', { name: 'Delete the declaration of mrr?' });
  await press('Delete', dialog);
  await dialog.getByRole('link', { name: 'valued' }).waitFor();
  await assertReadable(page, 'a trait that rules use');
  await beckon.as('CREATOR', 'DELETE', '/chain-rules/valued');
  await press('Delete', dialog);
  await dialog.waitFor({ state: 'detached' });
  await table.getByText('mrr', { exact: true }).waitFor({ state: 'detached' });
});

test('a CREATOR sees no sensitive value, is offered nothing that is refused, and declares types', async () => {
  const creator = await openConsole(browser, beckon.base, { token: await beckon.token('CREATOR') });
  await open(jon, creator);
  await creator.getByText('Hidden: sensitive').waitFor();
  await creator.getByText(/Needs the role Operator on demo; you have Creator/).waitFor();
  for (const name of ['Export', 'Join another id', 'Split', 'Erase', 'Set', /^Change/])
    assert.equal(await creator.locator('#main').getByRole('button', { name }).count(), 0, String(name));
  await open('', creator);
  await creator.getByRole('link', { name: 'Traits', exact: true }).click();
  const table = creator.getByRole('table', { name: 'Traits of the handle' });
  const form = creator.getByRole('region', { name: 'Declare a trait' });
  await form.getByLabel('Name').fill('birthday');
  await form.getByLabel('Type').selectOption('date');
  assert.equal(await form.getByRole('checkbox').count(), 0);
  await press('Declare', form);
  await table.getByRole('row', { name: 'birthday date no no' }).waitFor();
  // Ranks that an OPERATOR has declared stay.
  await press('Change city', table);
  await press('Declare', form);
  await creator.getByText('city is declared').waitFor();
  assert.match(await table.getByRole('row', { name: /^city/ }).innerText(), /crm, server/);
  assert.deepEqual(creator.faults, []);
  await creator.context().close();
});

test('an error of the server stays on the page', async () => {
  await page.route('**/visitors/*', route =>
    route.fulfill({ status: 503, json: { error: 'unavailable', message: 'Not now.', requestId: 'req_1' } }),
  );
  await open(jon);
  await page.getByRole('alert').getByText('Not now.').waitFor();
  await page.unroute('**/visitors/*');
  await page.getByRole('region', { name: 'Ids' }).waitFor();
  assert.equal(await page.getByRole('alert').count(), 0);
  assert.deepEqual(page.faults, []);
});

for (const width of [1440, 320])
  test(`everybody can read it, in either theme: ${width} px`, async () => {
    const here = await openConsole(browser, beckon.base, { token, width, height: 800 });
    const shown = async what => {
      assert.ok(
        await here.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
        `${what} scrolls sideways`,
      );
      await assertReadableInBothThemes(here, what);
    };
    await open('', here);
    await here.getByRole('region', { name: /^Visitors of the/ }).waitFor();
    await here.getByRole('region', { name: 'All visitors, by id' }).waitFor();
    await shown('people');
    await here.getByLabel('Id of a visitor').fill('~a-h');
    await here.getByRole('region', { name: /^Ids that begin/ }).waitFor();
    await shown('people found');
    await open('nobody', here);
    await shown('nobody');
    await open(jon, here);
    await here.getByRole('region', { name: 'Timeline' }).getByRole('listitem').first().waitFor();
    await shown('person');
    await press('Change city', here);
    await press('Set', here);
    await here.getByText('Stale: city').waitFor();
    await shown('trait');
    await press('Join another id', here);
    await here.getByLabel('Id to join').fill('crm-17');
    await press('Show what happens', here);
    await here.getByRole('region', { name: 'Joins them' }).waitFor();
    await shown('join');
    await here.keyboard.press('Escape');
    await press('Split', here);
    await here.getByRole('checkbox', { name: home }).check();
    await press('Show what happens', here);
    await here.getByRole('region', { name: 'Leave' }).waitFor();
    await shown('split');
    await here.keyboard.press('Escape');
    await press('Erase', here);
    await here.getByLabel(/^Type/).waitFor();
    await shown('erase');
    await here.keyboard.press('Escape');
    await open('', here);
    await here.getByRole('link', { name: 'Traits', exact: true }).click();
    await here.getByRole('table', { name: 'Traits of the handle' }).waitFor();
    await shown('traits');
    assert.deepEqual(here.faults, []);
    await here.context().close();
  });
