// The browser library: what its builds weigh and hold, how it is served, and what it does in a real browser on pages of
// another origin.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Beckon, freshAddress, freshSession, root } from './kit/beckon.mjs';
import { openBrowser } from './kit/browser.mjs';
import { openShop, openWire } from './kit/shop.mjs';
import { until } from './kit/wait.mjs';

const folder = join(root, 'sdk');
const dist = join(folder, 'dist');
const tagFile = name => readFileSync(join(dist, 'served', `${name}.gz`));
const manifest = () => JSON.parse(readFileSync(join(dist, 'manifest.json'), 'utf8'));

describe('the builds', () => {
  test('gzip: signals at most 4 kB, with decisions 6, the snippet 0.7', t => {
    const snippet = gzipSync(readFileSync(join(dist, 'snippet.js'))).length;
    const sizes = {
      'beckon-core.js': tagFile('beckon-core.js').length,
      'beckon.js': tagFile('beckon.js').length,
      snippet,
    };
    t.diagnostic(JSON.stringify(sizes));
    assert.ok(sizes['beckon-core.js'] <= 4_000, JSON.stringify(sizes));
    assert.ok(sizes['beckon.js'] <= 6_000, JSON.stringify(sizes));
    assert.ok(snippet <= 700, JSON.stringify(sizes));
  });

  test('no script is made at run time, no markup is parsed, no style is inline', () => {
    const files = [
      ...readdirSync(join(dist, 'served'))
        .filter(name => name.endsWith('.js.gz'))
        .map(name => gunzipSync(readFileSync(join(dist, 'served', name)))),
      ...readdirSync(join(dist, 'esm')).map(name => readFileSync(join(dist, 'esm', name))),
    ];
    assert.ok(files.length >= 9);
    for (const text of files)
      assert.doesNotMatch(
        text.toString(),
        /\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write|setAttribute\("style|\.style\b|createElement\("style|"unload"/,
      );
  });

  test('the debug mode is in no other file', () => {
    for (const name of ['beckon.js', 'beckon-core.js', 'beckon-render.js'])
      assert.doesNotMatch(gunzipSync(tagFile(name)).toString(), /console\.debug/);
  });

  test('the manifest’s hashes are those of the files', () => {
    const { files, snippet } = manifest();
    for (const [name, { integrity, immutable }] of Object.entries(files)) {
      const text = gunzipSync(tagFile(name));
      assert.equal(integrity, `sha384-${createHash('sha384').update(text).digest('base64')}`);
      assert.ok(immutable.includes(createHash('sha256').update(text).digest('hex').slice(0, 12)), immutable);
    }
    assert.equal(
      snippet.hash,
      `sha256-${createHash('sha256')
        .update(readFileSync(join(dist, 'snippet.js')))
        .digest('base64')}`,
    );
  });

  test('as a module it brings its types, and tells a wrong call from a right one', () => {
    const place = mkdtempSync(join(tmpdir(), 'beckon-types-'));
    const check = text => {
      writeFileSync(join(place, 'page.ts'), text);
      execFileSync(
        process.execPath,
        [
          join(folder, 'node_modules/typescript/bin/tsc'),
          '--noEmit',
          '--strict',
          '--module',
          'esnext',
          '--moduleResolution',
          'bundler',
          '--target',
          'es2022',
          '--lib',
          'es2022,dom',
          'page.ts',
        ],
        { cwd: place, stdio: 'pipe' },
      );
    };
    const page = call => `import { createBeckon, type Decision } from 'beckon-browser';
      import { render } from 'beckon-browser/render';
      import { debug } from 'beckon-browser/debug';
      import { pages } from 'beckon-browser/pages';
      const beckon = createBeckon({ handle: 'acme', endpoint: 'https://b.example' });
      pages(beckon); debug(beckon); void render(beckon);
      ${call}`;
    try {
      mkdirSync(join(place, 'node_modules'));
      symlinkSync(folder, join(place, 'node_modules/beckon-browser'));
      check(
        page(
          'const decision: Decision | null = await beckon.decide("checkout"); if (decision) void beckon.report("shown", decision); export {};',
        ),
      );
      assert.throws(
        () => check(page('void beckon.report("seen", await beckon.decide("a")); export {};')),
        ({ stdout }) => /seen.*Report/.test(stdout),
      );
    } finally {
      rmSync(place, { recursive: true });
    }
  });

  test('it depends on nothing', () => {
    const { dependencies, sideEffects } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    assert.deepEqual([dependencies, sideEffects], [undefined, false]);
  });
});

const popup = {
  triggers: ['exit_intent', 'checkout'],
  when: {},
  action: {
    type: 'popup',
    payload: {
      title: 'Stay <b>a while</b>',
      text: '<img src=x onerror=alert(1)>',
      code: 'SAVE10',
      button: { label: 'Take it', href: '#taken' },
    },
  },
};

describe('what the server lets pages do', () => {
  let beckon;
  const shop = 'https://shop.example';
  before(async () => {
    beckon = await Beckon.start();
  });
  after(() => beckon?.close());

  const put = (origins, role = 'OWNER') => beckon.as(role, 'PUT', '/context-origins', { origins });
  const signal = (origin, sessionId = freshSession()) =>
    beckon.call('POST', '/v2/public/chain/signals', {
      body: JSON.stringify({ handle: 'demo', sessionId, signals: [{ type: 'view' }] }),
      headers: { 'content-type': 'text/plain;charset=UTF-8', ...(origin && { origin }) },
      from: freshAddress(),
    });
  const isStored = async sessionId => (await beckon.as('CREATOR', 'GET', `/chain/${sessionId}`)).status === 200;

  test('without a list any page may call; nothing of its origin is repeated', async () => {
    for (const origin of [shop, 'null']) {
      const { status, headers } = await signal(origin);
      assert.equal(status, 202);
      assert.equal(headers['access-control-allow-origin'], '*');
      assert.match(headers.vary, /Origin/);
      assert.equal(headers['access-control-allow-credentials'], undefined);
    }
  });

  test('with a list exactly those may, and the others are refused before anything is stored', async () => {
    assert.equal((await put([shop])).status, 200);
    const allowed = await signal(shop);
    assert.equal(allowed.status, 202);
    assert.equal(allowed.headers['access-control-allow-origin'], shop);
    assert.match(allowed.headers['access-control-expose-headers'], /retry-after/);
    for (const origin of [
      'null',
      'http://shop.example',
      'https://shop.example.evil',
      'https://shop.example:8443',
      'https://SHOP.example',
    ]) {
      const sessionId = freshSession();
      const { status, headers, json } = await signal(origin, sessionId);
      assert.equal(status, 403, origin);
      assert.equal(json.error, 'origin_not_allowed');
      assert.equal(headers['access-control-allow-origin'], undefined);
      assert.match(headers.vary, /Origin/);
      assert.equal(await isStored(sessionId), false);
    }
    assert.equal((await signal(undefined)).status, 202, 'what is no page is not judged');
    for (const [route, body] of [
      ['resolve', { trigger: 'checkout' }],
      ['prefetch', { triggers: ['checkout'] }],
    ]) {
      const answer = await beckon.chain(
        route,
        { sessionId: freshSession(), ...body },
        { headers: { origin: 'https://evil.example' }, from: freshAddress() },
      );
      assert.deepEqual([answer.status, answer.headers['access-control-allow-origin']], [403, undefined]);
    }
    const fault = await beckon.chain(
      'signals',
      { sessionId: 'a b', signals: [] },
      { headers: { origin: shop }, from: freshAddress() },
    );
    assert.deepEqual(
      [fault.status, fault.headers['access-control-allow-origin']],
      [400, shop],
      'a page reads what is wrong with its request',
    );
  });

  test('a preflight names no handle and answers *; what is not for pages has none', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    const answer = await beckon.call('OPTIONS', '/v2/public/chain/signals', { headers });
    assert.equal(answer.status, 204);
    assert.equal(answer.headers['access-control-allow-origin'], '*');
    assert.match(answer.headers['access-control-allow-methods'], /POST/);
    for (const path of ['/v2/handles/demo/settings', '/v2/auth/me', '/v2/platform-admin/allowlist']) {
      assert.equal(
        (await beckon.call('OPTIONS', path, { headers })).headers['access-control-allow-origin'],
        undefined,
        path,
      );
      assert.equal(
        (await beckon.call('GET', path, { headers, token: await beckon.token('OWNER') })).headers[
          'access-control-allow-origin'
        ],
        undefined,
        path,
      );
    }
  });

  test('only the OWNER changes the list; a fault is named and changes nothing; each change is audited', async () => {
    assert.equal((await put([], 'OPERATOR')).json.error, 'insufficient_role');
    const bad = await put(['*', 'https://ok.example', 'https://shop.example/path', 'null']);
    assert.deepEqual(
      bad.json.details.map(({ field }) => field),
      ['origins[0]', 'origins[2]', 'origins[3]'],
    );
    assert.deepEqual((await beckon.as('OWNER', 'GET', '/context-origins')).json.origins, [shop]);
    const { json } = await beckon.as('OPERATOR', 'GET', '/audit-events');
    assert.equal(json.items[0].action, 'context-origins.put');
  });

  test('the list outlives a restart', async () => {
    await beckon.stop();
    await beckon.open();
    assert.deepEqual([(await signal(shop)).status, (await signal('https://evil.example')).status], [202, 403]);
  });

  test('sdk/config has a tag, says nothing twice, and is judged like the rest', async () => {
    const ask = headers => beckon.call('GET', '/v2/public/sdk/config?handle=demo', { headers });
    const first = await ask({ origin: shop });
    assert.equal(first.json.defaultConsent, 'full');
    assert.deepEqual([first.headers['access-control-allow-origin'], first.headers.vary], [shop, 'Origin']);
    const again = await ask({ 'if-none-match': first.headers.etag });
    assert.deepEqual([again.status, again.text, again.headers.vary], [304, '', 'Origin']);
    await beckon.as('OWNER', 'PUT', '/settings', { defaultConsent: 'basic' });
    assert.equal((await ask({ 'if-none-match': first.headers.etag })).json.defaultConsent, 'basic');
    assert.equal((await ask({ origin: 'https://evil.example' })).json.error, 'origin_not_allowed');
    for (const [query, status] of [
      ['', 400],
      ['?handle=A', 400],
      ['?handle=nobody', 404],
    ])
      assert.equal((await beckon.call('GET', `/v2/public/sdk/config${query}`)).status, status);
  });

  test('the library has a moving name, and one that never changes what it means', async () => {
    assert.equal((await beckon.call('GET', '/sdk/v1/manifest.json')).headers['content-type'], 'application/json');
    for (const [moving, { immutable }] of Object.entries(manifest().files)) {
      const [one, other] = await Promise.all([moving, immutable].map(name => beckon.call('GET', `/sdk/v1/${name}`)));
      assert.equal(one.headers['cache-control'], 'public, max-age=300');
      assert.match(other.headers['cache-control'], /immutable/);
      for (const { status, headers } of [one, other]) {
        assert.equal(status, 200);
        assert.match(headers['content-type'], /^text\/javascript/);
        assert.deepEqual(
          [
            headers['access-control-allow-origin'],
            headers['cross-origin-resource-policy'],
            headers['x-content-type-options'],
          ],
          ['*', 'cross-origin', 'nosniff'],
        );
      }
      assert.equal(one.headers.etag, other.headers.etag);
      assert.equal(
        (await beckon.call('GET', `/sdk/v1/${moving}`, { headers: { 'if-none-match': one.headers.etag } })).status,
        304,
      );
    }
    assert.equal((await beckon.call('GET', '/sdk/v1/beckon-000000000000.js')).status, 404);
  });
});

describe('in a real browser, on a page of another origin', () => {
  let beckon, wire, browser, shop, stranger;
  before(async () => {
    beckon = await Beckon.start({ flags: ['--dev'] });
    await beckon.widen();
    [wire, browser] = await Promise.all([openWire(beckon.port), openBrowser()]);
    const { files, snippet } = manifest();
    const tag = (name, more = '') =>
      `<script async crossorigin src="${wire.at}/sdk/v1/${files[name].immutable}" integrity="${files[name].integrity}" ${more}></script>`;
    const html = `<!doctype html><title>shop</title><script>${readFileSync(join(dist, 'snippet.js'), 'utf8')}</script>
      ${tag('beckon.js', 'data-handle="demo"')}${tag('beckon.js', 'data-handle="demo"')}${tag('beckon-render.js')}<a id="cta" href="/a">Buy</a>`;
    const policy = `default-src 'none'; script-src '${snippet.hash}' ${wire.at}; connect-src ${wire.at}; require-trusted-types-for 'script'; trusted-types 'none'`;
    [shop, stranger] = await Promise.all([openShop(html, policy), openShop(html, policy)]);
    assert.equal((await beckon.as('OWNER', 'PUT', '/context-origins', { origins: [shop.origin] })).status, 200);
    assert.equal((await beckon.as('CREATOR', 'PUT', '/chain-rules/rescue', popup)).status, 201);
  });
  after(async () => {
    await browser?.close();
    await Promise.all([shop, stranger, wire, beckon].map(one => one?.close()));
  });

  async function open(place, context) {
    const page = await (context ?? (await browser.newContext())).newPage();
    page.faults = [];
    page.setDefaultTimeout(20_000);
    page.on('pageerror', error => page.faults.push(error.message));
    page.on('console', line => {
      if (/Content Security Policy|Trusted|integrity/i.test(line.text())) page.faults.push(line.text());
    });
    await page.goto(place.origin);
    return page;
  }
  const sessionOf = page => page.evaluate(() => localStorage.getItem('beckon:demo:session').split(' ')[0]);
  const stored = async sessionId => (await beckon.as('CREATOR', 'GET', `/chain/${sessionId}`)).json;
  const typesOf = ({ signals }) => signals.map(signal => signal.signalKey).sort();

  test('an allowed origin works, without a preflight, a cookie or a header of ours', async () => {
    wire.passed.length = 0;
    const page = await open(shop);
    const sent = await page.evaluate(() => {
      const sent = window.beckon.signal('view', { metadata: { a: 1 } });
      void window.beckon.flush();
      return sent;
    });
    assert.equal(sent.outcome, 'sent');
    assert.deepEqual(wire.chain(), ['POST signals']);
    const { headers } = wire.passed.find(({ method }) => method === 'POST');
    assert.equal(headers.origin, shop.origin);
    assert.match(headers['content-type'], /^text\/plain/);
    assert.equal(headers.cookie, undefined);
    assert.deepEqual(typesOf(await stored(await sessionOf(page))), ['view']);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });

  test('another origin does not, and changes nothing', async () => {
    wire.passed.length = 0;
    const page = await open(stranger);
    await page.evaluate(() => {
      void window.beckon.signal('view');
      return window.beckon.flush();
    });
    await until('it was refused', () => wire.passed.some(({ status }) => status === 403));
    const refused = wire.passed.find(({ status }) => status === 403);
    assert.equal(refused.answer['access-control-allow-origin'], undefined);
    assert.equal(await page.evaluate(() => window.beckon.decide('checkout')), null);
    assert.equal((await beckon.as('CREATOR', 'GET', `/chain/${await sessionOf(page)}`)).status, 404);
    await page.context().close();
  });

  test('from exit_intent to the action on screen: no request with a prefetched decision, under a strict policy and Trusted Types', async () => {
    const page = await open(shop);
    const [ready] = await page.evaluate(() => window.beckon.prefetch(['exit_intent']));
    wire.passed.length = 0;
    await page.evaluate(() => {
      void window.beckon.decide('exit_intent');
    });
    await page.getByRole('dialog', { name: 'Stay <b>a while</b>' }).waitFor();
    assert.deepEqual(wire.passed, []);
    assert.match(
      await page.getByRole('dialog').innerText(),
      /<img src=x onerror=alert\(1\)>[\s\S]*SAVE10/,
      'what a rule says is text',
    );
    await page.getByRole('link', { name: 'Take it' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.evaluate(() => window.beckon.flush());
    const session = await stored(await sessionOf(page));
    assert.deepEqual(typesOf(session), ['decision.clicked', 'decision.shown']);
    assert.deepEqual(
      session.decisions.map(({ decisionId }) => decisionId),
      [ready.decisionId],
      'shown, it is recorded once',
    );
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });

  test('without one it is a single request', async () => {
    const page = await open(shop);
    wire.passed.length = 0;
    await page.evaluate(() => {
      void window.beckon.decide('exit_intent');
    });
    await page.getByRole('dialog').waitFor();
    assert.deepEqual(wire.chain(), ['POST resolve']);
    await page.keyboard.press('Escape');
    await page.evaluate(() => window.beckon.flush());
    assert.deepEqual(typesOf(await stored(await sessionOf(page))), ['decision.dismissed', 'decision.shown']);
    await page.context().close();
  });

  test('banner and CTA swap are drawn and reported; an address of script is not taken', async () => {
    const rules = {
      banner: { type: 'banner', payload: { text: 'Free shipping', button: { label: 'More' }, position: 'top' } },
      cta: { type: 'cta', payload: { selector: '#cta', label: 'Buy now', href: 'javascript:alert(1)' } },
    };
    for (const [name, action] of Object.entries(rules))
      assert.equal(
        (await beckon.as('CREATOR', 'PUT', `/chain-rules/${name}`, { triggers: [name], when: {}, action })).status,
        201,
      );
    const page = await open(shop);
    await page.evaluate(() => Promise.all([window.beckon.decide('banner'), window.beckon.decide('cta')]));
    await page.getByRole('button', { name: 'No, thanks' }).click();
    assert.equal(await page.locator('beckon-surface').count(), 0);
    assert.equal(await page.locator('#cta').innerText(), 'Buy now');
    assert.equal(await page.locator('#cta').getAttribute('href'), '/a');
    await page.evaluate(() => window.beckon.flush());
    assert.deepEqual(typesOf(await stored(await sessionOf(page))), [
      'decision.dismissed',
      'decision.shown',
      'decision.shown',
    ]);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });

  test('nothing is lost and nothing counted twice: answers that were lost, no connection, a tab that closed', async () => {
    const context = await browser.newContext();
    const page = await open(shop, context);
    const say = (from, count) =>
      page.evaluate(
        ([from, count]) => {
          for (let i = 0; i < count; i += 1) void window.beckon.signal(`s${from + i}`);
          return window.beckon.flush();
        },
        [from, count],
      );
    await say(10, 3);
    const sessionId = await sessionOf(page);
    wire.loses = ({ path }) => path.endsWith('/signals');
    wire.passed.length = 0;
    await say(20, 3); // stored, and the browser does not know
    await until('the server has them', () => wire.passed.some(({ status }) => status === 202));
    wire.loses = () => false;
    wire.cut = true;
    await say(30, 3);
    await page.close();
    wire.cut = false;
    const next = await open(shop, context);
    await until('the queue of the closed tab is empty', () =>
      next.evaluate(() => !Object.keys(localStorage).some(key => key.includes(':queue:'))),
    );
    assert.equal(await sessionOf(next), sessionId);
    assert.deepEqual(
      typesOf(await stored(sessionId)),
      [10, 20, 30].flatMap(from => [0, 1, 2].map(i => `s${from + i}`)),
    );
    await context.close();
  });

  test('a tab that closes sends what it holds', async () => {
    const page = await open(shop);
    await page.evaluate(() => window.beckon.consent('full'));
    const sessionId = await page.evaluate(() => {
      void window.beckon.signal('last.words');
      return localStorage.getItem('beckon:demo:session').split(' ')[0];
    });
    await page.close({ runBeforeUnload: true });
    await until('it arrived', async () => (await beckon.as('CREATOR', 'GET', `/chain/${sessionId}`)).status === 200);
    await page.context().close();
  });

  test('consent that is taken back is told, and nothing is left in the browser but the wish', async () => {
    const page = await open(shop);
    await page.evaluate(() => {
      void window.beckon.signal('view');
      return window.beckon.flush();
    });
    const sessionId = await sessionOf(page);
    await page.evaluate(() => window.beckon.consent('denied'));
    assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), ['beckon:demo:consent']);
    assert.deepEqual((await beckon.as('CREATOR', 'GET', `/chain/${sessionId}`)).json.signals ?? [], []);
    wire.passed.length = 0;
    assert.equal(await page.evaluate(() => window.beckon.decide('checkout')), null);
    assert.deepEqual(wire.passed, []);
    await page.context().close();
  });

  test('the example shop runs under its own strict policy', async () => {
    assert.equal((await beckon.as('OWNER', 'PUT', '/context-origins', { origins: [] })).status, 200);
    const page = await open({ origin: `${beckon.base}/apps/example-shop` });
    const log = page.getByRole('log');
    await log.getByText('exit_intent is ready: act by rescue').waitFor();
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await log.getByText('cart: sent').waitFor();
    await page.getByRole('button', { name: /exit_intent/ }).click();
    await page.getByRole('dialog').waitFor();
    await page.getByRole('link', { name: 'Take it' }).click();
    await page.evaluate(() => {
      for (const to of ['/apps/example-shop/lamps', '/apps/example-shop/lamps?sorted', '/apps/example-shop'])
        history.pushState(null, '', to);
      return window.beckon.flush();
    });
    const { signals } = await stored(await sessionOf(page));
    assert.ok(signals.some(({ signalKey }) => signalKey === 'cart'));
    assert.deepEqual(
      signals
        .filter(({ signalKey }) => signalKey === 'view')
        .sort((a, b) => a.version - b.version)
        .map(({ signalValue }) => signalValue),
      ['/apps/example-shop', '/apps/example-shop/lamps', '/apps/example-shop'],
      'one signal for each change of page',
    );
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });
});
