// OpenFeature's own SDKs and providers, as published: docs/neighbours.md, OpenFeature. The protocol alone is in
// ../ofrep.test.mjs.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, mock, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { OFREPProvider } from '@openfeature/ofrep-provider';
import { OpenFeature } from '@openfeature/server-sdk';
import { Analytics } from '@segment/analytics-node';
import { Beckon, freshAddress, freshSession, root } from '../kit/beckon.mjs';
import { openBrowser } from '../kit/browser.mjs';
import { bundled } from '../kit/bundle.mjs';
import { accessToken } from '../kit/neighbours.mjs';
import { kAction, putFlags, putRule } from '../kit/ofrep.mjs';
import { openShop, openWire } from '../kit/shop.mjs';
import { until } from '../kit/wait.mjs';

const here = import.meta.dirname;

let beckon;
let token;
const rule = (id, body) => putRule(beckon, id, body);
before(async () => {
  beckon = await Beckon.start();
  token = await accessToken(beckon, ['chain.resolve', 'chain.signal.write']);
  await putFlags(beckon);
});
after(async () => {
  await OpenFeature.close();
  await beckon?.close();
});

const inCart = async () => {
  const sessionId = freshSession();
  assert.equal((await beckon.signal(sessionId, { type: 'cart' })).status, 202);
  return sessionId;
};
const resolved = async sessionId =>
  (await beckon.chain('resolve', { sessionId, trigger: 'checkout' }, { from: freshAddress() })).json;
const limit = async limits => {
  const { status, text } = await beckon.as('OWNER', 'PATCH', '/settings', { limits });
  assert.equal(status, 200, text);
};

test('the providers that are installed have the core that each was published with', () => {
  const coreOf = name => {
    const from = createRequire(createRequire(import.meta.url).resolve(name));
    return JSON.parse(readFileSync(from.resolve('@openfeature/ofrep-core/package.json'))).version;
  };
  assert.equal(coreOf('@openfeature/ofrep-provider'), '0.1.4');
  assert.equal(coreOf('@openfeature/ofrep-web-provider'), '2.3.0');
});

describe('the server provider', () => {
  const kDefault = { type: 'none' };
  let number = 0;
  // A client of its own, with the requests that it sent. `base`: behind the server's address.
  const clientOf = async ({ base = '/v2/public/handles/demo', key = token } = {}) => {
    const domain = `server-${(number += 1)}`;
    const sent = [];
    const provider = new OFREPProvider({
      baseUrl: beckon.base + base,
      headers: [['authorization', `Bearer ${key}`]],
      fetchImplementation: request => {
        sent.push(new URL(request.url).pathname);
        return fetch(request);
      },
    });
    await OpenFeature.setProviderAndWait(domain, provider);
    const client = OpenFeature.getClient(domain);
    const details = (flag, context = {}) => client.getObjectDetails(flag, kDefault, context);
    return { client, sent, details };
  };

  test('gives the action that resolve gives, and takes nothing from its caps', async () => {
    const { client, details } = await clientOf();
    const targetingKey = await inCart();
    for (const _ of [1, 2]) assert.deepEqual(await client.getObjectValue('checkout', {}, { targetingKey }), kAction);
    const { reason, variant, flagMetadata } = await details('checkout', { targetingKey });
    assert.deepEqual([reason, variant], ['TARGETING_MATCH', 'cart-rescue']);
    assert.match(flagMetadata.decisionId, /^dec_/);
    assert.deepEqual((await resolved(targetingKey)).action, kAction);
    assert.equal((await resolved(targetingKey)).outcome, 'suppressed');
  });

  test('passes the context on', async () => {
    const { details } = await clientOf();
    const { value } = await details('banner', { targetingKey: freshSession(), plan: 'pro', deep: { a: [1] } });
    assert.equal(value.type, 'banner');
  });

  test('gives the caller’s default where no rule acts', async () => {
    const { details } = await clientOf();
    const { value, errorCode } = await details('checkout', { targetingKey: freshSession() });
    assert.deepEqual([value, errorCode], [kDefault, 'GENERAL']); // this version takes a missing value for an error
  });

  test('hears what is wrong by the protocol’s codes', async () => {
    const { client, details } = await clientOf();
    const targetingKey = await inCart();
    const codeOf = async (flag, context) => {
      const { value, errorCode, errorMessage } = await details(flag, context);
      assert.deepEqual(value, kDefault);
      return [errorCode, errorMessage];
    };
    for (const flag of ['unknown', 'shop/checkout', 'a/b/c'])
      assert.equal((await codeOf(flag, { targetingKey }))[0], 'FLAG_NOT_FOUND', flag);
    assert.equal((await codeOf('checkout', {}))[0], 'TARGETING_KEY_MISSING');
    const [code, message] = await codeOf('checkout', { targetingKey: 'jon@company.example' });
    assert.equal(code, 'INVALID_CONTEXT');
    assert.match(message, /targetingKey must be 1 to 128 characters/);
    assert.equal((await client.getStringDetails('checkout', 'x', { targetingKey })).errorCode, 'TYPE_MISMATCH');
  });

  test('may have a base URL that ends in a slash', async () => {
    const { details, sent } = await clientOf({ base: '/v2/public/handles/demo/' });
    assert.deepEqual((await details('checkout', { targetingKey: await inCart() })).value, kAction);
    assert.match(sent[0], /demo\/\/ofrep/);
    assert.equal((await details('a/b', { targetingKey: 's' })).errorCode, 'FLAG_NOT_FOUND');
  });

  test('gives the default with a token that is wrong or lacks the scope', async () => {
    for (const key of ['patv1_tok_none.AAAA', await accessToken(beckon, ['audit.read'])]) {
      const { details } = await clientOf({ key });
      const { value, errorCode } = await details('checkout', { targetingKey: await inCart() });
      assert.deepEqual([value, errorCode], [kDefault, 'GENERAL']);
    }
  });

  test('asks nothing over its limit until Retry-After, and then goes on', async () => {
    await limit({ tokenDecisionsPerMinute: 2 });
    const { details, sent } = await clientOf({ key: await accessToken(beckon, ['chain.resolve']) });
    const targetingKey = await inCart();
    for (const _ of [1, 2]) assert.deepEqual((await details('checkout', { targetingKey })).value, kAction);
    for (const _ of [1, 2, 3]) assert.equal((await details('checkout', { targetingKey })).errorCode, 'GENERAL');
    assert.equal(sent.length, 3);
    await limit({ tokenDecisionsPerMinute: null });
    assert.match((await details('checkout', { targetingKey })).errorMessage, /paused due to TooManyRequests until/);
    mock.timers.enable({ apis: ['Date'], now: Date.now() + 61_000 });
    try {
      assert.deepEqual((await details('checkout', { targetingKey })).value, kAction);
    } finally {
      mock.timers.reset();
    }
    assert.equal(sent.length, 4);
  });
});

// The code of the document, as it stands there but for the server's address and the handle.
const codeOfDocument = base => {
  const section = readFileSync(join(root, 'docs/neighbours.md'), 'utf8')
    .split(/^## OpenFeature$/m)[1]
    .split(/^## /m)[0];
  const codes = [...section.matchAll(/```js\n(.*?)```/gs)].map(([, code]) =>
    code.replaceAll('https://beckon.example', base).replaceAll('acme', 'demo'),
  );
  assert.equal(codes.length, 3, 'each is run by a test');
  const [onServer, onPage, tracking] = codes;
  return { onServer, onPage: `${onPage}\n${tracking}`.replaceAll(/^export /gm, '') };
};

test('the document’s code for a server gives the action', async () => {
  const place = mkdtempSync(join(tmpdir(), 'beckon-openfeature-'));
  process.env.BECKON_TOKEN = token;
  try {
    symlinkSync(join(here, 'node_modules'), join(place, 'node_modules'));
    writeFileSync(join(place, 'flags.mjs'), codeOfDocument(beckon.base).onServer);
    const { offerOf } = await import(pathToFileURL(join(place, 'flags.mjs')));
    const { value, flagMetadata } = await offerOf(await inCart(), 'v-81');
    assert.deepEqual([value, flagMetadata.outcome], [kAction, 'act']);
  } finally {
    delete process.env.BECKON_TOKEN;
    rmSync(place, { recursive: true });
  }
});

test('a decision that Segment’s library reports as shown is recorded, and counts', async () => {
  const anonymousId = freshSession('anon');
  const targetingKey = `sg:${anonymousId}`;
  const analytics = new Analytics({ host: beckon.base, writeKey: token });
  const report = async (event, properties) => {
    analytics.track({ anonymousId, event, properties });
    await analytics.flush();
  };
  await report('cart', {});
  await OpenFeature.setProviderAndWait(
    'segment',
    new OFREPProvider({
      baseUrl: `${beckon.base}/v2/public/handles/demo`,
      headers: [['authorization', `Bearer ${token}`]],
    }),
  );
  const details = () => OpenFeature.getClient('segment').getObjectDetails('checkout', {}, { targetingKey });
  const { value, flagMetadata } = await details();
  assert.deepEqual(value, kAction);
  await report('decision.shown', { decisionId: flagMetadata.decisionId });
  await analytics.closeAndFlush();
  assert.equal((await resolved(targetingKey)).outcome, 'suppressed');
});

// In Chromium, on a page of another origin, which reaches the server through a wire that can be cut.
describe('the web provider', () => {
  let browser, script, shop, wire, page;
  before(async () => {
    script = await bundled(
      `import { ClientProviderEvents, OpenFeature } from '@openfeature/web-sdk';
       import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
       Object.assign(globalThis, { ClientProviderEvents, OpenFeature, OFREPWebProvider });`,
    );
    browser = await openBrowser();
    shop = await openShop('<!doctype html><title>Shop</title>');
  });
  after(async () => {
    await browser?.close();
    await shop?.close();
  });
  beforeEach(async () => {
    wire = await openWire(beckon.port);
    page = await openPage(shop.origin);
  });
  afterEach(async () => {
    await page?.context().close();
    await wire?.close();
  });

  async function openPage(url) {
    const context = await browser.newContext();
    const made = await context.newPage();
    await made.goto(url);
    await made.addScriptTag({ content: script });
    return made;
  }
  const bulks = () => wire.passed.filter(({ method, path }) => method === 'POST' && /evaluate\/flags(\?|$)/.test(path));
  const statuses = () => bulks().flatMap(({ status }) => status ?? []); // of those that are answered

  // Sets the provider with this context, and collects its events. Resolves to the state that it came to.
  const start = (context, options = {}, on = page) =>
    on.evaluate(
      async ([baseUrl, context, options]) => {
        globalThis.told = [];
        for (const event of Object.values(ClientProviderEvents))
          OpenFeature.addHandler(event, details => told.push([event, details?.flagsChanged ?? details?.message]));
        await OpenFeature.setContext(context);
        globalThis.provider = new OFREPWebProvider({ baseUrl, cacheMode: 'disabled', ...options });
        await OpenFeature.setProviderAndWait(provider).catch(() => {});
        globalThis.client = OpenFeature.getClient();
        return client.providerStatus;
      },
      [`${wire.at}/v2/public/ofrep/demo`, context, options],
    );
  const details = (flag, fallback = { type: 'none' }) =>
    page.evaluate(([flag, fallback]) => client.getObjectDetails(flag, fallback), [flag, fallback]);
  const status = () => page.evaluate(() => client.providerStatus);
  const comes = state => until(`it is ${state}`, async () => (await status()) === state);
  const changed = () =>
    page.evaluate(() => told.filter(([event]) => event === ClientProviderEvents.ConfigurationChanged));
  const polls = { pollInterval: 100, changeDetection: 'polling' };

  test('is ready with the action that resolve gives, and takes nothing from its caps', async () => {
    const targetingKey = await inCart();
    assert.equal(await start({ targetingKey, plan: 'pro' }), 'READY');
    const { value, reason, variant, flagMetadata } = await details('checkout');
    assert.deepEqual([value, reason, variant], [kAction, 'TARGETING_MATCH', 'cart-rescue']);
    assert.match(flagMetadata.decisionId, /^dec_/);
    assert.equal((await details('banner')).value.type, 'banner');
    assert.deepEqual((await resolved(targetingKey)).action, kAction);
  });

  test('gives the caller’s default with the reason where no rule acts, and no error', async () => {
    await start({ targetingKey: freshSession() });
    const none = await details('checkout');
    assert.deepEqual([none.value, none.reason, none.errorCode], [{ type: 'none' }, 'DEFAULT', undefined]);
    assert.equal(none.flagMetadata.outcome, 'none');
    assert.equal((await details('unknown')).errorCode, 'FLAG_NOT_FOUND');
    const mismatch = await page.evaluate(() => client.getStringDetails('checkout', 'x'));
    assert.equal(mismatch.value, 'x');
  });

  test('asks again for another session', async () => {
    await start({ targetingKey: freshSession() });
    const targetingKey = await inCart();
    await page.evaluate(context => OpenFeature.setContext(context), { targetingKey });
    assert.deepEqual((await details('checkout')).value, kAction);
  });

  test('polls: unchanged it is 304, and a signal changes the configuration', async () => {
    const targetingKey = freshSession();
    await start({ targetingKey }, polls);
    await until('it has polled twice in vain', () => statuses().filter(Boolean).length >= 3);
    assert.deepEqual(statuses().slice(0, 3), [200, 304, 304]);
    assert.deepEqual(await changed(), []);
    await beckon.signal(targetingKey, { type: 'cart' });
    const [[, flags]] = await until('the configuration changed', async () => {
      const events = await changed();
      return events.length > 0 && events;
    });
    assert.ok(flags.includes('checkout'));
    assert.deepEqual((await details('checkout')).value, kAction);
    assert.equal(await status(), 'READY');
  });

  test('hears by its event stream of signals and of rules, without a poll', async () => {
    const targetingKey = freshSession();
    await start({ targetingKey, plan: 'pro' }, { baseUrl: `${beckon.base}/v2/public/ofrep/demo` });
    await beckon.signal(targetingKey, { type: 'cart' });
    await until('the configuration changed', async () => (await changed()).length === 1);
    assert.deepEqual((await details('checkout')).value, kAction);
    await rule('new-one', { triggers: ['new-trigger'], action: kAction });
    await until('the configuration changed again', async () => (await changed()).length === 2);
    assert.deepEqual((await details('new-trigger')).value, kAction);
    await beckon.as('CREATOR', 'DELETE', '/chain-rules/new-one');
    await until('and again', async () => (await changed()).length === 3);
    assert.equal((await details('new-trigger')).errorCode, 'FLAG_NOT_FOUND');
    assert.equal(await status(), 'READY');
  });

  test('is stale while the server is away, and asks again by itself when it is back', async () => {
    const targetingKey = freshSession();
    await start({ targetingKey }, { baseUrl: `${beckon.base}/v2/public/ofrep/demo` });
    await beckon.signal(targetingKey, { type: 'cart' });
    await until('the stream has brought a change', async () => (await changed()).length === 1);
    await beckon.stop();
    await comes('STALE');
    await beckon.open();
    await rule('new-one', { triggers: ['new-trigger'], action: kAction });
    await until('the stream is back', async () => (await details('new-trigger')).value.type === 'popup');
    assert.equal(await status(), 'STALE'); // the SDK leaves this state with the next context only
    await page.evaluate(context => OpenFeature.setContext(context), { targetingKey });
    assert.equal(await status(), 'READY');
    await beckon.as('CREATOR', 'DELETE', '/chain-rules/new-one');
  });

  test('over its limit it is stale, and polls no more until Retry-After', async () => {
    await page.clock.install();
    await start({ targetingKey: freshSession() }, polls);
    await limit({ addressDecisionsPerMinute: 1 });
    await page.clock.runFor(200);
    await comes('STALE');
    const so = statuses();
    assert.equal(so.at(-1), 429);
    await page.clock.runFor(1_000);
    assert.deepEqual(statuses(), so);
    await limit({ addressDecisionsPerMinute: null });
    await page.clock.runFor(61_000);
    await until('it polls again', () => [200, 304].includes(statuses().at(-1)));
  });

  test('is in error with a context that is refused', async () => {
    for (const context of [{}, { targetingKey: 'jon@company.example' }]) {
      const other = await openPage(shop.origin);
      assert.equal(await start(context, {}, other), 'ERROR');
      assert.equal(wire.passed.at(-1).status, 400);
      await other.context().close();
    }
  });

  test('hears of a later context that is refused by an event alone, and keeps the flags of the one before', async () => {
    const targetingKey = await inCart();
    assert.equal(await start({ targetingKey }), 'READY');
    const set = context => page.evaluate(context => OpenFeature.setContext(context), context);
    await set({ targetingKey: 'not a session' });
    const events = await page.evaluate(() => told.map(([event]) => event));
    assert.ok(events.includes('PROVIDER_ERROR'), events.join());
    assert.equal(await status(), 'READY'); // the SDK takes the change for done
    assert.deepEqual((await details('checkout')).value, kAction);
    await set({ targetingKey: freshSession() });
    assert.equal((await details('checkout')).flagMetadata.outcome, 'none');
  });

  test('is in error where the server cannot be reached', async () => {
    wire.cut = true;
    assert.equal(await start({ targetingKey: freshSession() }), 'ERROR');
  });

  test('is fatal for a handle that is locked, and with a token that is refused', async () => {
    const allow = handles => beckon.admin('PUT', '/allowlist', { handles, egress: [] });
    const { json } = await beckon.admin('GET', '/allowlist');
    assert.equal((await allow([])).status, 200);
    try {
      assert.equal(await start({ targetingKey: freshSession() }), 'FATAL');
      assert.equal(wire.passed.at(-1).status, 403);
    } finally {
      assert.equal((await beckon.admin('PUT', '/allowlist', json)).status, 200);
    }
    // A token of servers is for no page; so only a page of the server itself comes as far as a refusal.
    const own = await browser.newContext().then(context => context.newPage());
    await own.route('**/page', route => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
    await own.goto(`${beckon.base}/page`);
    await own.addScriptTag({ content: script });
    const headers = [['authorization', 'Bearer patv1_tok_none.AAAA']];
    const options = { baseUrl: `${beckon.base}/v2/public/handles/demo`, headers };
    assert.equal(await start({ targetingKey: freshSession() }, options, own), 'FATAL');
    await own.context().close();
  });

  test('the document’s code for a page gives the action, and reports it as shown: then it counts', async () => {
    const code = codeOfDocument(wire.at).onPage;
    await page.addScriptTag({ content: await bundled(`${code}\nObject.assign(globalThis, { flagsOf, show });`) });
    const sessionId = await inCart();
    const shown = await page.evaluate(async sessionId => {
      const flags = await flagsOf(sessionId, 'pro');
      const rendered = [];
      show(flags, 'checkout', value => rendered.push(value));
      return rendered;
    }, sessionId);
    assert.deepEqual(shown, [kAction]);
    const session = await until('it is recorded', async () => {
      const { json } = await beckon.as('CREATOR', 'GET', `/chain/${sessionId}`);
      return json.decisions.length > 0 && json;
    });
    assert.deepEqual([session.decisions[0].trigger, session.decisions[0].outcome], ['checkout', 'act']);
    assert.equal((await resolved(sessionId)).outcome, 'suppressed');
    assert.equal(await page.evaluate(() => Object.keys(localStorage).length), 0);
  });
});
