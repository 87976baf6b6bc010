// The five libraries that send from servers, behind one face: each sends messages and says of each id what its library
// said of it. Options are given only where the default would make a test wait for minutes, or the library throw messages
// away without a word.
//
// A message: { id, at (Date), event ('view', 'Order Completed', …), path, total, userId, anonymousId, sessionId }. A
// sender: { send(message), finish(), told, room() }; `send` returns the id under which the library sends it, which is the
// message's where the library lets one choose. `told`: id → 'sent' or 'failed', as said last. `room`, where there is one,
// must be awaited before a `send`.
import { Analytics as CustomerIo } from '@customerio/cdp-analytics-node';
import Rudder from '@rudderstack/rudder-sdk-node';
import { Analytics as Segment } from '@segment/analytics-node';
import { buildPageView, buildSelfDescribingEvent, newTracker } from '@snowplow/node-tracker';
import { newInMemoryEventStore } from '@snowplow/tracker-core';
import { PostHog } from 'posthog-node';
import { basic } from '../kit/neighbours.mjs';
import { until } from '../kit/wait.mjs';

const patience = 240_000; // ms, for what a library still has to send
const plenty = 100_000; // messages that wait: libraries drop the oldest beyond their limit and say so to nobody

const propertiesOf = ({ path, total }) => ({ ...(path && { path }), ...(total && { total }) });
const callOf = ({ event, userId, anonymousId, ...message }) => ({
  userId,
  anonymousId,
  properties: propertiesOf(message),
  ...(event === 'view' ? { name: 'Page' } : { event }),
});

// Tells by a callback of each message.
function segmentLike(client) {
  const told = new Map();
  return {
    told,
    send(message) {
      const call = { ...callOf(message), messageId: message.id, timestamp: message.at };
      const done = error => told.set(message.id, error ? 'failed' : 'sent');
      message.event === 'view' ? client.page(call, done) : client.track(call, done);
      return message.id;
    },
    finish: () => client.closeAndFlush({ timeout: patience }),
  };
}

const segment = (host, writeKey) => segmentLike(new Segment({ host, writeKey, maxRetries: 5, flushInterval: 500 }));
const customerIo = (host, writeKey) => segmentLike(new CustomerIo({ host, writeKey, flushInterval: 500 }));

// Without an `errorHandler`, a batch that it gives up is a rejection that nobody handles. Each call serializes all that
// waits, so that with some thousands of messages it does nothing else.
function rudder(dataPlaneUrl, key) {
  const told = new Map();
  const client = new Rudder(key, { dataPlaneUrl, flushInterval: 500, logLevel: 'none', errorHandler: () => {} });
  let owed = 0;
  return {
    told,
    room: () => owed < 200 || until('RudderStack’s library has room', () => owed < 200, patience),
    send(message) {
      const call = { ...callOf(message), messageId: message.id, originalTimestamp: message.at };
      const done = error => {
        owed -= 1;
        told.set(message.id, error ? 'failed' : 'sent');
      };
      owed += 1;
      message.event === 'view' ? client.page(call, done) : client.track(call, done);
      return message.id;
    },
    async finish() {
      const flushed = async () => {
        await client.flush();
        return owed === 0;
      };
      await until('RudderStack’s library has told of all', flushed, patience);
    },
  };
}

// It names what it has sent, in its event `flush`; of what it gives up it says that, not which. So all that it has not
// named when it says so counts as given up.
function posthog(host, key) {
  const told = new Map();
  const client = new PostHog(key, {
    host,
    fetchRetryDelay: 200,
    flushInterval: 500,
    maxBatchSize: 20,
    maxQueueSize: plenty,
  });
  let sent = [];
  client.on('flush', messages => {
    for (const { uuid } of messages) told.set(uuid, 'sent');
  });
  client.on('error', () => {
    for (const id of sent) if (!told.has(id)) told.set(id, 'failed');
    sent = sent.filter(id => told.get(id) !== 'sent');
  });
  return {
    told,
    send({ id: uuid, event, at: timestamp, userId, anonymousId, sessionId, path, ...message }) {
      const properties = {
        ...propertiesOf(message),
        ...(path && { $pathname: path }),
        ...(sessionId && { $session_id: sessionId }),
        ...(!userId && { $process_person_profile: false }),
      };
      const distinctId = userId ?? anonymousId;
      sent.push(uuid);
      client.capture({ distinctId, event: event === 'view' ? '$pageview' : event, properties, timestamp, uuid });
      return uuid;
    },
    // A batch that failed for the network's sake stays in the queue, and ends a shutdown.
    async finish() {
      for (let i = 0; i < 5; i += 1) await client.flush().catch(() => {});
      await client.shutdown(patience);
    },
  };
}

// What fails stays in its queue, and goes out with the next event or flush.
function snowplow(endpoint, key) {
  const told = new Map();
  const tell = (events, what) => {
    for (const { eid } of events) told.set(eid, what);
  };
  let count = 0;
  const tracker = newTracker(
    { namespace: 'traffic', appId: 'demo' },
    {
      endpoint,
      customHeaders: { Authorization: basic(key).authorization },
      eventStore: newInMemoryEventStore({ maxSize: plenty }),
      onRequestSuccess: events => tell(events, 'sent'),
      onRequestFailure: ({ events }) => tell(events, 'failed'),
    },
  );
  return {
    told,
    send({ event, at, userId, anonymousId, sessionId, path, total }) {
      count += 1;
      tracker.setUserId(userId);
      tracker.setDomainUserId(anonymousId);
      tracker.setSessionId(sessionId);
      const name = event.toLowerCase().replaceAll(' ', '_');
      const built =
        event === 'view'
          ? buildPageView({ pageUrl: `https://shop.example${path}`, pageTitle: 'Page' })
          : buildSelfDescribingEvent({
              event: { schema: `iglu:com.acme/${name}/jsonschema/1-0-0`, data: propertiesOf({ total }) },
            });
      return tracker.track(built, [], at.getTime()).eid;
    },
    async finish() {
      const flushed = async () => {
        await tracker.flush();
        await new Promise(done => setTimeout(done, 500));
        return told.size === count && ![...told.values()].includes('failed');
      };
      await until('Snowplow’s tracker has sent all', flushed, patience);
    },
  };
}

export const libraries = { segment, customerIo, rudder, posthog, snowplow };
