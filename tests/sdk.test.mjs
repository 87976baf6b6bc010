// The browser library: what its builds weigh and hold, how it is served, and what it does in a real browser on pages of
// another origin.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Beckon, freshAddress, freshSession, root } from './kit/beckon.mjs';
import { openAlone, openBrowser } from './kit/browser.mjs';
import { openShop, openWire } from './kit/shop.mjs';
import { until } from './kit/wait.mjs';

const folder = join(root, 'sdk');
const dist = join(folder, 'dist');
const tagFile = name => readFileSync(join(dist, 'served', `${name}.gz`));
const manifest = () => JSON.parse(readFileSync(join(dist, 'manifest.json'), 'utf8'));

describe('the builds', () => {
  test('gzip: signals at most 5 kB, with decisions 7, the snippet 0.7', t => {
    const snippet = gzipSync(readFileSync(join(dist, 'snippet.js'))).length;
    const sizes = {
      'beckon-core.js': tagFile('beckon-core.js').length,
      'beckon.js': tagFile('beckon.js').length,
      snippet,
    };
    t.diagnostic(JSON.stringify(sizes));
    assert.ok(sizes['beckon-core.js'] <= 5_000, JSON.stringify(sizes));
    assert.ok(sizes['beckon.js'] <= 7_000, JSON.stringify(sizes));
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

  describe('as a module', () => {
    let place;
    before(() => {
      place = mkdtempSync(join(tmpdir(), 'beckon-types-'));
      mkdirSync(join(place, 'node_modules'));
      symlinkSync(folder, join(place, 'node_modules/beckon-browser'));
    });
    after(() => rmSync(place, { recursive: true }));

    // What the compiler says of each of these pages, all compiled at once.
    const faultsOf = (...texts) => {
      const names = texts.map((_, i) => `page${i}.ts`);
      for (const [i, text] of texts.entries()) writeFileSync(join(place, names[i]), `${text}\nexport {};`);
      const { status, stdout } = spawnSync(
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
          ...names,
        ],
        { cwd: place, encoding: 'utf8' },
      );
      // A fault begins with its place, as in "page1.ts(7,3): error …"; its further lines are indented.
      const faults = stdout.split(/\n(?=\S)/).map(one => one.trim());
      const own = names.map(name => faults.filter(one => one.startsWith(`${name}(`)).join('\n'));
      assert.deepEqual(
        faults.filter(one => one && !names.some(name => one.startsWith(`${name}(`))),
        [],
        'no fault elsewhere',
      );
      assert.equal(
        status === 0,
        own.every(one => !one),
        stdout,
      );
      return own;
    };
    const check = (...texts) =>
      assert.deepEqual(
        faultsOf(...texts),
        texts.map(() => ''),
      );
    const page = call => `import { createBeckon, type Decision } from 'beckon-browser';
      import { render } from 'beckon-browser/render';
      import { debug } from 'beckon-browser/debug';
      import { pages } from 'beckon-browser/pages';
      const beckon = createBeckon({ handle: 'acme', endpoint: 'https://b.example', visitorId: null });
      pages(beckon, { query: ['page'] }); debug(beckon); void render(beckon);
      ${call}`;
    test('it brings its types, and tells a wrong call from a right one', () => {
      const right = page(`const decision: Decision | null = await beckon.decide("checkout");
          if (decision) void beckon.report("shown", decision);
          if (decision?.outcome === 'act') decision.action.type.trim();
          if (decision?.outcome === 'none') decision.action satisfies null;
          const { outcome, reason } = await beckon.signal("cart");
          (reason ?? outcome).trim();
          void beckon.onDecision(({ action }) => action.type.trim());
          void beckon.identify(undefined);
          void beckon.identify("ann", { proof: "p", traits: { plan: "pro", tags: ["a"] } });
          const said = await beckon.traits({ set: { seats: 5, old: null }, unset: ["a"], add: { points: 2 } });
          said.traits?.refused.map(({ trait, reason }) => trait + reason);`);
      const wrong = [
        ['void beckon.report("seen", (await beckon.decide("a"))!);', /seen.*Report/],
        ['(await beckon.decide("a"))?.action.type;', /possibly 'null'/],
        ['void beckon.consent("reject");', /reject/],
        ['void beckon.traits({ add: { points: "2" } });', /string.*number/],
        ['void beckon.traits({ plan: "pro" });', /plan/],
      ];
      const [none, ...faults] = faultsOf(right, ...wrong.map(([call]) => page(call)));
      assert.equal(none, '');
      for (const [i, [call, pattern]] of wrong.entries()) assert.match(faults[i], pattern, call);
    });

    test('window.beckon of a tag has the same types', () => {
      const right = `import type {} from 'beckon-browser';
        const visit = await window.beckon.session();
        visit?.anonymousId?.trim();
        const name: string = await window.beckon.use(async client => (await client.signal('a')).id);
        void window.beckon.logout();`;
      const [none, fault] = faultsOf(right, `import type {} from 'beckon-browser'; window.beckon.sginal('view');`);
      assert.equal(none, '');
      assert.match(fault, /sginal/);
    });

    test('the TypeScript of the documents compiles under strict', () => {
      const samples = ['docs/browser.md', 'sdk/README.md'].flatMap(name =>
        [...readFileSync(join(root, name), 'utf8').matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, text]) => text),
      );
      assert.ok(samples.length >= 4);
      check(...samples);
    });

    test('what npm publishes has a README with each import, and is what package.json exports', () => {
      const { exports, files } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const readme = readFileSync(join(folder, 'README.md'), 'utf8');
      assert.deepEqual(files, ['dist']);
      for (const [name, { types, default: code }] of Object.entries(exports)) {
        assert.ok(readme.includes(`\`beckon-browser${name.slice(1)}\``), name);
        for (const file of [types, code]) assert.ok(readFileSync(join(folder, file)).length > 0);
      }
    });
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
    [wire, browser] = await Promise.all([openWire(beckon.port), openBrowser({ whole: true })]);
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

  // A rule of its own for a trigger of its own.
  const rule = async (name, more = {}) =>
    assert.equal(
      (await beckon.as('CREATOR', 'PUT', `/chain-rules/${name}`, { ...popup, triggers: [name], ...more })).status,
      201,
    );
  const once = { limit: { caps: [{ max: 1, per: 'session' }] } };

  test('a mouse that leaves ten times sees the documents’ example once, under a cap of one per session', async () => {
    await rule('leaving', once);
    const page = await open(shop);
    await page.evaluate(async () => {
      const { beckon } = window;
      window.seen = [];
      document.documentElement.addEventListener('mouseleave', async () => {
        const decision = await beckon.decide('leaving', { stale: true });
        window.answers = (window.answers ?? 0) + 1;
        if (decision?.outcome !== 'act') return;
        window.seen.push(decision.decisionId);
        beckon.report('shown', decision);
      });
      await beckon.prefetch('leaving');
      const leave = () => document.documentElement.dispatchEvent(new MouseEvent('mouseleave'));
      for (let i = 0; i < 4; i += 1) leave();
      for (let i = 0; i < 6; i += 1) {
        await beckon.flush();
        leave();
      }
    });
    await until('each has its answer', () => page.evaluate(() => window.answers === 10));
    assert.equal((await page.evaluate(() => window.seen)).length, 1);
    await page.evaluate(() => window.beckon.flush());
    const { decisions } = await stored(await sessionOf(page));
    assert.equal(decisions.filter(({ outcome }) => outcome === 'act').length, 1);
    await page.context().close();
  });

  test('surfaces are not stacked, and one that is closed makes room', async () => {
    await rule('stack');
    const page = await open(shop);
    const ask = count =>
      page.evaluate(async count => {
        for (let i = 0; i < count; i += 1) await window.beckon.decide('stack');
      }, count);
    await ask(4);
    assert.equal(await page.locator('beckon-surface').count(), 1);
    await page.keyboard.press('Escape');
    await ask(2);
    assert.equal(await page.locator('beckon-surface').count(), 1);
    await page.evaluate(() => window.beckon.flush());
    const shown = typesOf(await stored(await sessionOf(page))).filter(type => type === 'decision.shown');
    assert.equal(shown.length, 2, 'what was not on screen is not reported');
    await page.context().close();
  });

  test('a link that two decisions have changed counts its click for the one that is seen', async () => {
    const cta = label => ({ action: { type: 'cta', payload: { selector: '#cta', label, href: '#b' } } });
    await rule('first-label', cta('One'));
    await rule('second-label', cta('Two'));
    const page = await open(shop);
    const ids = await page.evaluate(async () =>
      [await window.beckon.decide('first-label'), await window.beckon.decide('second-label')].map(
        one => one.decisionId,
      ),
    );
    await page.getByRole('link', { name: 'Two' }).click();
    await page.evaluate(() => window.beckon.flush());
    const { signals } = await stored(await sessionOf(page));
    assert.deepEqual(
      signals.filter(({ signalKey }) => signalKey === 'decision.clicked').map(({ signalValue }) => signalValue),
      [ids[1]],
    );
    await page.context().close();
  });

  test('what one tab has shown, another one does not show again', async () => {
    await rule('tabs', once);
    const context = await browser.newContext();
    const [one, two] = [await open(shop, context), await open(shop, context)];
    for (const page of [one, two]) await page.evaluate(() => window.beckon.prefetch('tabs'));
    await one.evaluate(() => window.beckon.decide('tabs', { stale: true }));
    await one.getByRole('dialog').waitFor();
    await one.evaluate(() => window.beckon.flush());
    const outcome = await two.evaluate(async () => (await window.beckon.decide('tabs', { stale: true })).outcome);
    assert.equal(outcome, 'suppressed');
    await context.close();
  });

  test('exit intent knows of the cart a moment after it was filled', async () => {
    await rule('after-cart', { when: { all: [{ seen: { key: 'cart' }, within: '1h' }] } });
    const page = await open(shop);
    assert.equal((await page.evaluate(() => window.beckon.prefetch('after-cart')))[0].outcome, 'none');
    await page.evaluate(() => {
      window.beckon.watch(({ what, route, answer }) => {
        if (what === 'asked') window.renewed = [route, answer.body.decisions?.[0].outcome];
      });
      void window.beckon.signal('cart');
    });
    await until('it was renewed', () => page.evaluate(() => window.renewed?.[1] === 'act'));
    wire.passed.length = 0;
    assert.equal(
      await page.evaluate(async () => (await window.beckon.decide('after-cart', { stale: true })).outcome),
      'act',
    );
    assert.ok(!wire.chain().includes('POST resolve'));
    await page.context().close();
  });

  test('a prefetched control group is on record once it was handed out', async () => {
    await rule('control', { split: { salt: 's', holdout: 100 } });
    const page = await open(shop);
    const [held] = await page.evaluate(() => window.beckon.prefetch('control'));
    assert.equal(held.outcome, 'holdout');
    await page.evaluate(async () => {
      await window.beckon.decide('control');
      await window.beckon.flush();
    });
    const { decisions } = await stored(await sessionOf(page));
    assert.deepEqual(
      decisions.map(({ decisionId, outcome }) => [decisionId, outcome]),
      [[held.decisionId, 'holdout']],
    );
    await page.context().close();
  });

  describe('who is here', () => {
    const visitorOf = async sessionId => (await stored(sessionId)).visitorId;
    const say = (page, type) =>
      page.evaluate(type => {
        const sent = window.beckon.signal(type);
        void window.beckon.flush();
        return sent;
      }, type);

    test('on a shared computer the second person has a session, decisions, and every signal; an open tab follows', async () => {
      const context = await browser.newContext();
      const [one, two] = [await open(shop, context), await open(shop, context)];
      await one.evaluate(() => window.beckon.identify('ann'));
      assert.equal((await say(one, 'a')).outcome, 'sent');
      const first = await sessionOf(one);
      assert.equal((await say(two, 'b')).outcome, 'sent');
      assert.equal(await sessionOf(two), first);
      await two.evaluate(() => window.beckon.identify('bob'));
      assert.equal((await say(two, 'c')).outcome, 'sent');
      const second = await sessionOf(two);
      assert.notEqual(second, first);
      await until('the first tab knows', () =>
        one.evaluate(async () => (await window.beckon.session()).visitorId === 'bob'),
      );
      assert.equal((await say(one, 'd')).outcome, 'sent');
      assert.equal((await one.evaluate(() => window.beckon.decide('exit_intent'))).outcome, 'act');
      assert.deepEqual([await visitorOf(first), await visitorOf(second)], ['ann', 'bob']);
      assert.deepEqual(typesOf(await stored(second)).slice(0, 2), ['c', 'd']);
      await context.close();
    });

    test('a session that the server has given to another visitor is replaced without a loss', async () => {
      const page = await open(shop);
      assert.equal((await say(page, 'before')).outcome, 'sent');
      const first = await sessionOf(page);
      const other = { sessionId: first, visitorId: 'ann', signals: [{ type: 'elsewhere' }] };
      assert.equal((await beckon.chain('signals', other, { from: freshAddress() })).status, 202);
      await page.evaluate(() => window.beckon.identify('bob'));
      assert.equal((await say(page, 'mine')).outcome, 'sent');
      assert.equal((await page.evaluate(() => window.beckon.decide('exit_intent'))).outcome, 'act');
      const second = await sessionOf(page);
      assert.notEqual(second, first);
      assert.deepEqual([await visitorOf(first), await visitorOf(second)], ['ann', 'bob']);
      await page.context().close();
    });

    test('an id may have any form; one that names nobody costs no signal, and is known as a warning', async () => {
      const page = await open(shop);
      await page.evaluate(() => {
        window.warnings = [];
        window.beckon.watch(({ what, answer }) => what === 'sent' && window.warnings.push(answer.body.warnings));
        return window.beckon.identify('undefined');
      });
      assert.equal((await say(page, 'order')).outcome, 'sent');
      assert.equal(await visitorOf(await sessionOf(page)), null);
      await page.evaluate(() => window.beckon.identify(' saml|Zoe\u0308@company.example/7 '));
      assert.equal((await say(page, 'order')).outcome, 'sent');
      assert.equal(await visitorOf(await sessionOf(page)), 'saml|Zo\u00eb@company.example/7');
      const [first, last] = await page.evaluate(() => [window.warnings[0], window.warnings.at(-1)]);
      assert.deepEqual([first, last], [[{ code: 'visitor_id_blocked' }], undefined]);
      await page.context().close();
    });

    describe('with proof', () => {
      const proofOf = id => createHmac('sha256', key.secret).update(id).digest('hex');
      const identify = (page, id, more) => page.evaluate(([id, more]) => window.beckon.identify(id, more), [id, more]);
      const traitsOf = async id =>
        (await beckon.as('OPERATOR', 'GET', `/visitors/${encodeURIComponent(id)}`)).json.traits;
      let key;
      before(async () => {
        key = (await beckon.as('OWNER', 'POST', '/identity-keys')).json;
        for (const [name, priority, when] of [
          ['proof-private', 20, { all: [{ trait: 'tier', equals: 'gold' }] }],
          ['proof-public', 10, {}],
        ]) {
          const made = await beckon.as('CREATOR', 'PUT', `/chain-rules/${name}`, {
            status: 'live',
            triggers: ['proof'],
            priority,
            when,
            action: { type: 'none' },
          });
          assert.equal(made.status, 201, made.text);
        }
      });

      test('a page says and sees what is private, an open tab as well, and neither after logout in one of them', async () => {
        const context = await browser.newContext();
        const [one, two] = [await open(shop, context), await open(shop, context)];
        const decide = page =>
          page.evaluate(async () => {
            const [decision] = await window.beckon.prefetch('proof');
            return [decision.ruleId, (await window.beckon.decide('proof', { stale: true })).ruleId];
          });
        await identify(one, 'goldie', { proof: proofOf('goldie'), traits: { tier: 'gold' } });
        await one.evaluate(() => window.beckon.flush());
        await until('the trait is known', async () => (await traitsOf('goldie'))?.tier?.source === 'proven');
        for (const page of [one, two]) assert.deepEqual(await decide(page), ['proof-private', 'proof-private']);
        assert.equal((await say(two, 'b')).outcome, 'sent');
        const before = await stored(await sessionOf(two));
        assert.deepEqual([before.visitorId, before.proven], ['goldie', true]);
        // The other tab does nothing: what it had is gone by itself, and so is what would let it ask again.
        await one.evaluate(() => window.beckon.logout());
        await until('the other tab has heard of it', () =>
          two.evaluate(async () => (await window.beckon.session()).visitorId === null),
        );
        assert.equal(
          await two.evaluate(async () => (await window.beckon.decide('proof', { stale: true })).ruleId),
          'proof-public',
        );
        for (const page of [one, two])
          assert.ok(
            await page.evaluate(() =>
              Object.entries(localStorage).every(([name, text]) => !/proof$/.test(name) && !text.includes('goldie')),
            ),
          );
        assert.deepEqual([one.faults, two.faults], [[], []]);
        await context.close();
      });

      test('a wrong one costs no signal and is heard of; traits that it does not open are told', async () => {
        const page = await open(shop);
        await page.evaluate(() => {
          window.warnings = [];
          window.beckon.watch(({ what, answer }) => what === 'sent' && window.warnings.push(answer.body.warnings));
        });
        await identify(page, 'jane', { proof: proofOf('goldie') });
        assert.equal((await say(page, 'order')).outcome, 'sent');
        const said = await page.evaluate(() => {
          const said = window.beckon.traits({ set: { tier: 'gold' } });
          void window.beckon.flush();
          return said;
        });
        assert.equal(said.outcome, 'sent');
        assert.deepEqual(
          said.traits.refused.map(({ trait }) => trait),
          ['tier'],
        );
        const warned = [{ code: 'visitor_proof_invalid' }];
        assert.deepEqual(await page.evaluate(() => window.warnings), [warned, warned]);
        const { visitorId, proven } = await stored(await sessionOf(page));
        assert.deepEqual([visitorId, proven], ['jane', false]);
        await page.context().close();
      });

      test('none of it leaves the browser under basic consent', async () => {
        const page = await open(shop);
        await page.evaluate(() => window.beckon.consent('basic'));
        await identify(page, 'jane', { proof: proofOf('jane'), traits: { tier: 'gold' } });
        assert.equal((await page.evaluate(() => window.beckon.traits({ set: { tier: 'x' } }))).outcome, 'withheld');
        assert.equal((await say(page, 'a')).outcome, 'sent');
        const { visitorId } = await stored(await sessionOf(page));
        assert.equal(visitorId, null);
        await page.context().close();
      });
    });

    for (const [name, skew] of [
      ['25 minutes slow', -25 * 60_000],
      ['3 seconds fast', 3_000],
      ['2 hours fast', 7_200_000],
    ])
      test(`a clock that is ${name} hides nothing, neither on this page nor after it`, async () => {
        const context = await browser.newContext();
        await context.addInitScript(skew => {
          const { now } = Date;
          Date.now = () => now() + skew;
        }, skew);
        const page = await open(shop, context);
        const began = Date.now();
        assert.equal((await say(page, 'here')).outcome, 'sent');
        const id = await sessionOf(page);
        await page.evaluate(() => {
          window.fetch = () => Promise.reject(TypeError('offline'));
          void window.beckon.signal('left');
          void window.beckon.flush();
        });
        await page.reload();
        await page.evaluate(() => window.beckon.flush());
        const ours = async () =>
          (await stored(id)).signals.filter(({ signalKey }) => ['here', 'left'].includes(signalKey));
        const signals = await until('both are stored', async () => ((await ours()).length === 2 ? ours() : undefined));
        for (const { signalKey, at, receivedAt } of signals)
          assert.ok(Date.parse(at) >= began - 1 && Date.parse(at) <= Date.parse(receivedAt), `${signalKey} ${at}`);
        await context.close();
      });

    test('after logout the next session has no visitor and another anonymous id, in each tab', async () => {
      const context = await browser.newContext();
      const [one, two] = [await open(shop, context), await open(shop, context)];
      await one.evaluate(() => window.beckon.identify('ann'));
      await say(one, 'a');
      const before = await two.evaluate(() => window.beckon.session());
      await one.evaluate(() => window.beckon.logout());
      await until('the other tab knows', () =>
        two.evaluate(async () => (await window.beckon.session()).visitorId === null),
      );
      assert.equal((await say(two, 'b')).outcome, 'sent');
      const after = await two.evaluate(() => window.beckon.session());
      assert.notEqual(after.anonymousId, before.anonymousId);
      assert.deepEqual([before.visitorId, await visitorOf(after.sessionId)], ['ann', null]);
      await context.close();
    });
  });

  test('a consent that is no word of ours is refused aloud, and nothing leaves until it is clear', async () => {
    const page = await open(shop);
    await page.evaluate(() => window.beckon.session());
    wire.passed.length = 0;
    const errors = [];
    page.on('console', line => line.type() === 'error' && errors.push(line.text()));
    const refused = await page.evaluate(() =>
      window.beckon.consent('reject').then(
        () => 'taken',
        ({ name }) => name,
      ),
    );
    assert.equal(refused, 'TypeError');
    assert.match(errors.join(), /unclear consent/);
    await page.evaluate(() => {
      void window.beckon.signal('view');
      return window.beckon.flush();
    });
    assert.equal(await page.evaluate(() => window.beckon.decide('exit_intent')), null);
    assert.deepEqual(wire.chain(), []);
    await page.evaluate(() => window.beckon.consent('full'));
    assert.deepEqual(wire.chain(), ['POST signals']);
    await page.context().close();
  });

  describe('pages that come back, and pages that nobody has opened yet', () => {
    const tag = () => `<script async src="${wire.at}/sdk/v1/beckon.js" data-handle="demo" data-pages></script>`;
    before(async () => {
      assert.equal((await beckon.as('OWNER', 'PUT', '/context-origins', { origins: [] })).status, 200);
    });

    test('the small file sends the same, and says what it lacks; the whole one tells how the visitor came', async t => {
      const small = `<script async src="${wire.at}/sdk/v1/beckon-core.js" data-handle="demo" data-pages></script>`;
      const whole = tag().replace('data-pages', 'data-pages="?page" data-cookie');
      const site = await openShop(
        url => `<!doctype html><title>${url}</title>${url.startsWith('/core') ? small : whole}`,
      );
      t.after(site.close);
      const page = await (await browser.newContext()).newPage();
      const visit = async path => {
        await page.goto(site.origin + path);
        await page.waitForFunction(() => window.beckon?.flush);
        return page.evaluate(() => window.beckon.flush());
      };
      await visit('/core');
      await page.evaluate(async () => {
        location.hash = '#/cart';
        await window.beckon.identify('ann');
        await window.beckon.flush();
      });
      const first = await stored(await sessionOf(page));
      assert.deepEqual([first.signals.length, first.context.page], [2, '/core#/cart']);
      assert.equal(
        await page.evaluate(() => {
          window.beckon.push(['decide', ['a'], undefined, ({ message }) => (window.lacks = message)]);
          return window.lacks;
        }),
        'beckon has no decide',
      );
      await page.evaluate(() => window.beckon.logout());
      await visit('/shop?page=lamps&utm_source=news&utm_campaign=spring');
      const second = await stored(await sessionOf(page));
      assert.notEqual(second.sessionId, first.sessionId);
      const { page: name, source, campaign, device } = second.context;
      assert.deepEqual([name, source, campaign, device], ['/shop?page=lamps', 'news', 'spring', 'DESKTOP']);
      const { anonymousId } = await page.evaluate(() => window.beckon.session());
      assert.match(await page.evaluate(() => document.cookie), new RegExp(`^beckon_demo=${anonymousId}$`));
      await page.context().close();
    });

    test('back from the back/forward cache there is a view, and the page’s own context', async t => {
      const site = await openShop(url => `<!doctype html><title>${url}</title>${tag()}`);
      t.after(site.close);
      const real = await openBrowser({ keepsPages: true });
      t.after(() => real.close());
      const page = await (await real.newContext()).newPage();
      const visit = async path => {
        await page.goto(site.origin + path);
        await page.waitForFunction(() => window.beckon?.flush);
        await page.evaluate(() => window.beckon.flush());
      };
      await visit('/a');
      await page.evaluate(() => {
        window.isSame = true;
      });
      await visit('/b');
      await page.goBack({ waitUntil: 'commit' });
      await page.waitForFunction(() => location.pathname === '/a');
      assert.equal(await page.evaluate(() => window.isSame), true, 'it is the page that was left');
      await page.evaluate(() => window.beckon.flush());
      const { signals, context } = await stored(await sessionOf(page));
      assert.deepEqual(
        signals.sort((a, b) => a.version - b.version).map(({ signalKey, signalValue }) => [signalKey, signalValue]),
        ['/a', '/b', '/a'].map(path => ['view', path]),
      );
      assert.equal(context.page, '/a');
    });

    test('a prerendered page is counted when it is opened, and not before', async t => {
      const rules = '{"prerender":[{"urls":["/ahead"],"eagerness":"immediate"}]}';
      const asked = [];
      let go;
      const gone = new Promise(done => {
        go = done;
      });
      const site = await openShop(async url => {
        asked.push(url);
        if (url === '/go') await gone;
        return `<!doctype html><title>${url}</title>${tag()}<script>
          addEventListener('load', () => document.prerendering && fetch('/ready'));
          if (location.pathname === '/first') fetch('/go').then(() => { location.href = '/ahead'; });
          </script>${url === '/first' ? `<script type="speculationrules">${rules}</script>` : ''}`;
      });
      t.after(site.close);
      wire.passed.length = 0;
      const alone = openAlone(`${site.origin}/first`);
      t.after(alone.close);
      // A signal whose answer the page did not live to see is sent again, with the same id.
      const views = () => {
        const sent = wire.passed.filter(({ path, method }) => path.endsWith('/signals') && method === 'POST');
        const signals = sent.flatMap(({ body }) => {
          const { sentAt, signals } = JSON.parse(body);
          return signals.map(({ id, signalValue, at, age }) => [id, [signalValue, at ?? sentAt - age]]);
        });
        return [...new Map(signals).values()];
      };
      await until('the next page has been prerendered', () => asked.includes('/ready'));
      await until('the first page was seen', () => views().length > 0);
      const before = Date.now();
      assert.deepEqual(
        views().map(([page]) => page),
        ['/first'],
      );
      go();
      await until('the next page was seen', () => views().length > 1);
      assert.equal(views()[1][0], '/ahead');
      assert.ok(views()[1][1] >= before, 'the view is when it is seen');
    });
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
