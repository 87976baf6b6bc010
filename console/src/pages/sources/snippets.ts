// What a page or a server sends with, for each library: the snippets of docs/neighbours.md, word for word
// (tests/console_sources.test.mjs compares them). Pure.

export interface Snippet {
  where: 'In a browser' | 'On a server' | 'In the client';
  code: string;
}

export interface Library {
  name: string;
  scope: string; // of the access token on a server; empty: it is for the token's owner to say
  snippets: Snippet[];
}

const kSegment = `import { Analytics } from '@segment/analytics-node'; // or '@customerio/cdp-analytics-node'

const analytics = new Analytics({ host: 'https://beckon.example.com', writeKey: process.env.BECKON_TOKEN });
analytics.identify({ userId: 'u1', anonymousId: 'a1', traits: { plan: 'pro' } });
analytics.track({ userId: 'u1', anonymousId: 'a1', event: 'Order Completed', properties: { total: 12.5 } });
await analytics.closeAndFlush();`;

export const kLibraries: Library[] = [
  {
    name: 'Segment',
    scope: 'chain.signal.write',
    snippets: [
      {
        where: 'On a server',
        code: kSegment,
      },
      {
        where: 'In a browser',
        code: `import { AnalyticsBrowser } from '@segment/analytics-next';

const analytics = AnalyticsBrowser.load({ writeKey: 'acme', cdnURL: 'https://beckon.example.com' });
analytics.page();
analytics.track('Order Completed', { total: 12.5 });`,
      },
    ],
  },
  {
    name: 'Customer.io',
    scope: 'chain.signal.write',
    snippets: [
      {
        where: 'On a server',
        code: kSegment.replace('@segment/analytics-node', '@customerio/cdp-analytics-node').replace(/ \/\/ or .*/, ''),
      },
    ],
  },
  {
    name: 'RudderStack',
    scope: 'chain.signal.write',
    snippets: [
      {
        where: 'On a server',
        code: `import Rudder from '@rudderstack/rudder-sdk-node';

const analytics = new Rudder(process.env.BECKON_TOKEN, { dataPlaneUrl: 'https://beckon.example.com' });
analytics.track({ userId: 'u1', anonymousId: 'a1', event: 'Order Completed', properties: { total: 12.5 } });
await analytics.flush();`,
      },
      {
        where: 'In a browser',
        code: `import { RudderAnalytics } from '@rudderstack/analytics-js/bundled';

const analytics = new RudderAnalytics();
analytics.load('acme', 'https://beckon.example.com', { configUrl: 'https://beckon.example.com' });
analytics.page();
analytics.track('Order Completed', { total: 12.5 });`,
      },
    ],
  },
  {
    name: 'PostHog',
    scope: 'chain.signal.write',
    snippets: [
      {
        where: 'On a server',
        code: `import { PostHog } from 'posthog-node';

const posthog = new PostHog(process.env.BECKON_TOKEN, { host: 'https://beckon.example.com' });
posthog.capture({ distinctId: 'u1', event: 'order completed', properties: { total: 12.5 } });
await posthog.shutdown();`,
      },
    ],
  },
  {
    name: 'Snowplow',
    scope: 'chain.signal.write',
    snippets: [
      {
        where: 'On a server',
        code: `import { buildSelfDescribingEvent, newTracker } from '@snowplow/node-tracker';

const tracker = newTracker({ namespace: 'shop', appId: 'acme' }, { endpoint: 'https://beckon.example.com' });
tracker.setUserId('u1');
tracker.track(
  buildSelfDescribingEvent({ event: { schema: 'iglu:com.acme/order_completed/jsonschema/1-0-0', data: { total: 12.5 } } }),
);
await tracker.flush(); // without it, a script that ends here has sent nothing`,
      },
      {
        where: 'In a browser',
        code: `import { newTracker, trackPageView } from '@snowplow/browser-tracker';

newTracker('shop', 'https://beckon.example.com', { appId: 'acme' });
trackPageView();`,
      },
    ],
  },
  {
    name: 'OpenFeature',
    scope: 'chain.resolve',
    snippets: [
      {
        where: 'On a server',
        code: `import { OFREPProvider } from '@openfeature/ofrep-provider';
import { OpenFeature } from '@openfeature/server-sdk';

const beckon = 'https://beckon.example/v2/public/handles/acme';
const headers = [['authorization', \`Bearer \${process.env.BECKON_TOKEN}\`]];
await OpenFeature.setProviderAndWait(new OFREPProvider({ baseUrl: beckon, headers }));
const flags = OpenFeature.getClient();

export const offerOf = (sessionId, visitorId) =>
  flags.getObjectDetails('checkout', { type: 'none' }, { targetingKey: sessionId, visitorId, plan: 'pro' });`,
      },
      {
        where: 'In a browser',
        code: `import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import { OpenFeature } from '@openfeature/web-sdk';

export async function flagsOf(sessionId, plan) {
  await OpenFeature.setContext({ targetingKey: sessionId, plan });
  const provider = new OFREPWebProvider({
    baseUrl: 'https://beckon.example/v2/public/ofrep/acme',
    cacheMode: 'disabled',
    pollInterval: 30_000,
  });
  await OpenFeature.setProviderAndWait(tracking(provider, 'https://beckon.example', 'acme')); // tracking: see below
  return OpenFeature.getClient();
}

export function tracking(provider, beckon, handle) {
  provider.track = (type, { targetingKey }, { decisionId }) =>
    fetch(\`\${beckon}/v2/public/chain/signals\`, {
      method: 'POST',
      keepalive: true,
      body: JSON.stringify({ handle, sessionId: targetingKey, signals: [{ type, value: decisionId }] }),
    });
  return provider;
}

export function show(flags, trigger, render) {
  const { value, flagMetadata } = flags.getObjectDetails(trigger, { type: 'none' });
  if (flagMetadata.outcome === 'act') render(value);
  if (['act', 'holdout'].includes(flagMetadata.outcome)) flags.track('decision.shown', { decisionId: flagMetadata.decisionId });
}`,
      },
    ],
  },
  {
    name: 'MCP',
    scope: '',
    snippets: [
      {
        where: 'In the client',
        code: `{
  "mcpServers": {
    "beckon": {
      "type": "http",
      "url": "https://beckon.example.com/v2/public/handles/acme/mcp",
      "headers": { "Authorization": "Bearer patv1_…" }
    }
  }
}`,
      },
    ],
  },
];

// As it works on this server and this handle.
export const filledIn = (code: string, origin: string, handle: string) =>
  code.replaceAll(/https:\/\/beckon\.example(\.com)?/g, origin).replaceAll(/(?<=['/])acme\b/g, handle);
