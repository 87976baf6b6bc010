// The browser libraries of Segment, RudderStack and Snowplow as they are published, in Chromium, on pages of another
// origin whose settings name this server alone.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Beckon } from '../kit/beckon.mjs';
import { openBrowser } from '../kit/browser.mjs';
import { bundled } from '../kit/bundle.mjs';
import { sessionOf, signalsOf, typesOf } from '../kit/neighbours.mjs';
import { openShop, openWire } from '../kit/shop.mjs';
import { until } from '../kit/wait.mjs';

let beckon, wire, shop, browser;
const scripts = {};
before(async () => {
  beckon = await Beckon.start({ flags: ['--dev', '--address-signals-per-minute', '100000'] });
  wire = await openWire(beckon.port);
  scripts.segment = await bundled("export { AnalyticsBrowser } from '@segment/analytics-next';", 'segment');
  scripts.rudder = await bundled("export { RudderAnalytics } from '@rudderstack/analytics-js/bundled';", 'rudder');
  scripts.snowplow = await bundled("export * from '@snowplow/browser-tracker';", 'snowplow');
  shop = await openShop('<!doctype html><title>Shop</title><p>shop</p>');
  browser = await openBrowser({ whole: true });
});
after(async () => {
  await browser?.close();
  await shop?.close();
  await wire?.close();
  await beckon?.close();
});

// A page of a new visitor with the library, and the hosts that it asked.
async function open(name, path = '/pricing?utm_source=mail&utm_campaign=spring&token=secret') {
  const context = await browser.newContext({ locale: 'de-DE' });
  const page = await context.newPage();
  page.hosts = new Set();
  page.on('request', request => page.hosts.add(new URL(request.url()).host));
  await page.goto(shop.origin + path);
  await page.evaluate(scripts[name].replace(/^var (\w+) = /, 'window.$1 = '));
  return page;
}
const ours = page => [...page.hosts].sort();
const onlyOurs = () => [new URL(shop.origin).host, new URL(wire.at).host].sort();
const there = (session, count) =>
  until(`${count} signals are there`, async () => {
    const signals = await signalsOf(beckon, session);
    return signals.length >= count && signals;
  });

describe('Segment’s library', () => {
  // Loads it as a page would, and hands out what it took as the visitor's anonymousId.
  const load = (page, options = {}) =>
    page.evaluate(
      async ([cdnURL, options]) => {
        window.analytics = segment.AnalyticsBrowser.load({ writeKey: 'demo', cdnURL }, options);
        await window.analytics.ready();
        return (await window.analytics.user()).anonymousId();
      },
      [wire.at, options],
    );

  test('needs no other setting than cdnURL', async () => {
    const page = await open('segment');
    const anonymousId = await load(page);
    await page.evaluate(async () => {
      await window.analytics.page('Pricing');
      await window.analytics.track('Order Completed', { total: 12.5, products: [{ sku: 'a' }] });
      await window.analytics.identify('u1', { plan: 'pro' });
    });
    const signals = await there(`sg:${anonymousId}`, 3);
    assert.deepEqual(
      signals.map(({ signalKey, signalValue }) => [signalKey, signalValue]),
      [
        ['view', '/pricing'],
        ['Order_Completed', null],
        ['identify', null],
      ],
    );
    assert.deepEqual(signals[1].metadata, { event: 'Order Completed', total: 12.5, products: [{ sku: 'a' }] });
    const session = await sessionOf(beckon, `sg:${anonymousId}`);
    assert.equal(session.visitorId, 'u1');
    const { page: path, source, campaign, locale, device } = session.context;
    assert.deepEqual([path, source, campaign, locale, device], ['/pricing', 'mail', 'spring', 'de-DE', 'DESKTOP']);
    assert.doesNotMatch(JSON.stringify(session), /secret/);
    assert.equal(signals[0].metadata.url, `${shop.origin}/pricing`);
    assert.deepEqual(ours(page), onlyOurs());
    await page.context().close();
  });

  test('what is refused for a while is stored once, and its retries pass the preflight', async () => {
    const page = await open('segment');
    const anonymousId = await load(page);
    wire.answers.push({ status: 429, headers: { 'retry-after': '1' } }, { status: 503 });
    const began = wire.held.length;
    await page.evaluate(() => void window.analytics.track('One'));
    await there(`sg:${anonymousId}`, 1);
    assert.equal(wire.held.length - began, 2);
    const retried = wire.passed.find(({ path, headers }) => path === '/v1/t' && headers['x-retry-count']);
    assert.ok(retried, 'the retry says that it is one');
    assert.equal((await signalsOf(beckon, `sg:${anonymousId}`)).length, 1);
    await page.context().close();
  });

  test('an event just before the page is left is stored, at the latest from the next page', async () => {
    const page = await open('segment');
    const anonymousId = await load(page);
    await page.evaluate(() => {
      void window.analytics.track('Leaving');
      location.href = '/next';
    });
    await page.waitForURL('**/next');
    await page.evaluate(scripts.segment.replace(/^var (\w+) = /, 'window.$1 = '));
    assert.equal(await load(page), anonymousId);
    const signals = await there(`sg:${anonymousId}`, 1);
    assert.deepEqual(
      signals.map(({ signalKey }) => signalKey),
      ['Leaving'],
    );
    await page.context().close();
  });

  test('batches are stored too', async () => {
    const page = await open('segment');
    const delivery = { strategy: 'batching', config: { size: 3, timeout: 60_000 } };
    const anonymousId = await load(page, { integrations: { 'Segment.io': { deliveryStrategy: delivery } } });
    await page.evaluate(() => {
      for (const event of ['One', 'Two', 'Three']) void window.analytics.track(event);
    });
    await there(`sg:${anonymousId}`, 3);
    assert.ok(wire.passed.some(({ path }) => path === '/v1/b'));
    assert.deepEqual(await typesOf(beckon, `sg:${anonymousId}`), ['One', 'Two', 'Three']);
    await page.context().close();
  });

  test('the settings always name this server, and are those of a handle', async () => {
    const settings = await beckon.call('GET', '/v1/projects/demo/settings', {
      headers: { origin: 'https://a.example' },
    });
    assert.equal(settings.headers['access-control-allow-origin'], '*');
    assert.match(settings.headers['cache-control'], /max-age=300/);
    assert.deepEqual(settings.json.integrations['Segment.io'], {
      apiKey: 'demo',
      apiHost: `127.0.0.1:${beckon.port}/v1`,
      protocol: 'http',
    });
    const headers = { host: 'signals.example.com' };
    const elsewhere = await beckon.call('GET', '/v1/projects/demo/settings', { headers });
    assert.deepEqual(
      [elsewhere.json.integrations['Segment.io'].apiHost, elsewhere.json.integrations['Segment.io'].protocol],
      ['signals.example.com/v1', 'https'],
    );
    assert.equal((await beckon.call('GET', '/v1/projects/nobody/settings')).status, 404);
    assert.equal((await beckon.call('POST', '/v1/nothing', { body: { writeKey: 'demo' } })).status, 404);
  });
});

describe('RudderStack’s library', () => {
  const load = (page, options = {}) =>
    page.evaluate(
      async ([at, options]) => {
        window.analytics = new rudder.RudderAnalytics();
        await new Promise(done => {
          window.analytics.ready(done);
          window.analytics.load('demo', at, { configUrl: at, ...options });
        });
        return [window.analytics.getAnonymousId(), window.analytics.getSessionId()];
      },
      [wire.at, options],
    );

  test('needs no other settings than the data plane and configUrl', async () => {
    const page = await open('rudder');
    const [anonymousId, sessionId] = await load(page);
    await page.evaluate(() => {
      window.analytics.page('Pricing');
      window.analytics.track('Order Completed', { total: 12.5 });
      window.analytics.identify('u-rudder', { plan: 'pro' });
      window.analytics.group('g1', { size: 3 });
      window.analytics.alias('u-new', 'u-rudder');
    });
    const session = `rs:${anonymousId}.${sessionId}`;
    // The library sends each by itself, so that those of one millisecond come in any order.
    const signals = await there(session, 4);
    const seen = signals.map(({ signalKey, signalValue }) => [signalKey, signalValue]).toSorted();
    assert.deepEqual(
      seen.filter(([key]) => key !== 'alias'),
      [
        ['Order_Completed', null],
        ['group', 'g1'],
        ['identify', null],
        ['view', '/pricing'],
      ],
    );
    await until('all five are there', async () => {
      const { json } = await beckon.as('OPERATOR', 'GET', '/chain?limit=200');
      const all = json.items.filter(one => one.sessionId.startsWith(`rs:${anonymousId}`));
      return all.reduce((sum, one) => sum + one.version, 0) === 5;
    });
    assert.doesNotMatch(JSON.stringify(await sessionOf(beckon, session)), /secret/);
    assert.deepEqual(ours(page), onlyOurs());
    await page.context().close();
  });

  test('its beacon is stored once when the page is left', async () => {
    const page = await open('rudder');
    const [anonymousId, sessionId] = await load(page, { useBeacon: true });
    await page.evaluate(() => {
      window.analytics.track('Leaving');
      location.href = '/next';
    });
    await page.waitForURL('**/next');
    const signals = await there(`rs:${anonymousId}.${sessionId}`, 1);
    assert.deepEqual(
      signals.map(({ signalKey }) => signalKey),
      ['Leaving'],
    );
    const [beacon] = wire.passed.filter(({ path }) => path.startsWith('/beacon/'));
    assert.equal(beacon.path, '/beacon/v1/batch?writeKey=demo');
    await page.context().close();
  });

  test('what fails twice arrives once, under the same id', async () => {
    const page = await open('rudder');
    const [anonymousId, sessionId] = await load(page);
    const began = wire.held.length;
    wire.answers.push({ status: 500 }, { status: 500 });
    await page.evaluate(() => window.analytics.track('One'));
    const signals = await until(
      'it is there',
      async () => {
        const all = await signalsOf(beckon, `rs:${anonymousId}.${sessionId}`);
        return all.length > 0 && all;
      },
      40_000,
    );
    assert.equal(signals.length, 1);
    const ids = wire.held.slice(began).map(({ body }) => JSON.parse(body).messageId);
    assert.deepEqual([ids.length, new Set(ids).size], [2, 1]);
    await page.context().close();
  });
});

describe('Snowplow’s tracker', () => {
  const load = (page, options = {}) =>
    page.evaluate(
      ([at, options]) => {
        window.told = { ok: 0, failed: 0 };
        snowplow.newTracker('sp', at, {
          appId: 'demo',
          onRequestSuccess: () => {
            window.told.ok += 1;
          },
          onRequestFailure: () => {
            window.told.failed += 1;
          },
          ...options,
        });
      },
      [wire.at, options],
    );

  test('works as it is configured by default', async () => {
    const page = await open('snowplow');
    await load(page);
    await page.evaluate(() => {
      snowplow.setUserId('u-snow');
      snowplow.trackPageView();
      snowplow.trackStructEvent({ category: 'shop', action: 'add', label: 'sku-1', value: 3 });
      snowplow.trackSelfDescribingEvent({
        event: { schema: 'iglu:com.acme/order_paid/jsonschema/1-0-0', data: { total: 5 } },
      });
    });
    const visitor = await until('the visitor has a session', async () => {
      const { status, json } = await beckon.as('OPERATOR', 'GET', '/visitors/u-snow');
      return status === 200 && json;
    });
    const [{ sessionId }] = visitor.sessions;
    assert.match(sessionId, /^sp:[\w-]{36}$/);
    const signals = await there(sessionId, 3);
    assert.deepEqual(signals.map(({ signalKey, signalValue }) => [signalKey, signalValue]).toSorted(), [
      ['order_paid', null],
      ['shop.add', 'sku-1'],
      ['view', '/pricing'],
    ]);
    await until('the page was told', () => page.evaluate(() => window.told.ok >= 1));
    assert.equal(await page.evaluate(() => window.told.failed), 0);
    assert.deepEqual(ours(page), onlyOurs());
    await page.context().close();
  });

  test('what fails stays in the queue and goes out with the next event', async () => {
    const page = await open('snowplow');
    await load(page);
    wire.answers.push({ status: 503 });
    await page.evaluate(() => {
      snowplow.setUserId('u-queue');
      snowplow.trackStructEvent({ category: 'step', action: '0' });
    });
    await until('it was refused', () => page.evaluate(() => window.told.failed === 1));
    await page.evaluate(() => snowplow.trackStructEvent({ category: 'step', action: '1' }));
    const types = await until('both are there', async () => {
      const { json } = await beckon.as('OPERATOR', 'GET', '/visitors/u-queue');
      const all = json.sessions ? await typesOf(beckon, json.sessions[0].sessionId) : [];
      return all.length >= 2 && all;
    });
    assert.deepEqual(types.toSorted(), ['step.0', 'step.1']);
    await page.context().close();
  });
});
