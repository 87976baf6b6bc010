// Signals: batched, sent if there is consent, and kept until the server has responded.
import { capped, understood } from './consent.ts';
import { kAliveBytes, kBatch, kBatchWait, kSessionIdle } from './limits.ts';
import { grab, hold } from './locks.ts';
import { bytesOf, post } from './post.ts';
import { queue, type Item } from './queue.ts';
import { isRetried, waitAfter } from './retry.ts';
import { randomId, session } from './session.ts';
import { browserStorage, shelf } from './shelf.ts';
import type { Answer, Consent, Context, Happening, Options, Sent, SignalExtra } from './words.ts';

export interface Core {
  // Resolves once the server has responded to the signal, which may take long without a connection. Never rejects.
  signal(type: string, extra?: SignalExtra): Promise<Sent>;
  // Also accepts a Google Consent Mode object. Stored in the browser, unless pending.
  consent(said: Consent | Record<string, unknown>): Promise<void>;
  // Merges by key into the context of the session; null removes a key.
  context(values: Context): Promise<void>;
  // Sets the visitor. A change of visitor starts a new session.
  identify(visitorId: string): Promise<void>;
  // Sends queued signals. Resolves when the server has responded or the request has failed.
  flush(): Promise<void>;
  // Calls `seen` for every internal event until the returned function is called.
  watch(seen: (happening: Happening) => void): () => void;
  // Calls a public route for this session. Resolves to undefined if consent does not allow it.
  ask(route: string, more: object): Promise<Answer | undefined>;
}

export function createCore(options: Options): Core {
  const { handle } = options;
  const prefix = `beckon:${handle}:`;
  const kept = shelf(prefix, browserStorage());
  const watchers = new Set<(happening: Happening) => void>();
  const tell = (happening: Happening) => watchers.forEach(seen => seen(happening));
  const settled = new Map<string, (sent: Sent) => void>(); // by the signal's id
  const flying = new Set<Item>();
  const tab = randomId();
  const url = (route: string) => `${options.endpoint}/v2/public/chain/${route}`;

  let visitor = options.visitorId;
  let context: Context = { ...options.context };
  let untold = Object.keys(context).length > 0; // the server does not have the current context yet
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let resting = false; // waiting after a failure
  let sending: Promise<void> | undefined;
  let lost = Number(kept.get('lost'));
  const chosen = () => understood(kept.get('consent')); // in any tab, on any page
  let said = chosen() ?? (options.consent === 'denied' ? undefined : options.consent);

  const consentNow = () => capped(said, !!(navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl);
  const isOpen = () => said !== 'pending' && said !== 'denied';

  const visit = session(kept, handle, options.sessionIdle ?? kSessionIdle, sessionId => {
    untold = Object.keys(context).length > 0;
    tell({ what: 'session', sessionId });
  });

  const settle = (items: readonly Item[], outcome: Sent['outcome']) => {
    for (const {
      signal: { id },
    } of items) {
      settled.get(id)?.({ id, outcome });
      settled.delete(id);
    }
  };
  const waiting = queue(
    kept,
    tab,
    name => grab(prefix + name),
    items => {
      lost += items.length;
      kept.put('lost', String(lost));
      settle(items, 'dropped');
      tell({ what: 'dropped', count: items.length });
    },
  );

  const around = (sessionId: string) => ({ handle, sessionId, ...(isOpen() && { consent: consentNow() }) });

  function bodyOf(items: readonly Item[]): string {
    const { session: sessionId, visitor: visitorId, denied } = items[0]!;
    const signals = items.map(item => item.signal);
    if (denied) return JSON.stringify({ ...around(sessionId), consent: 'denied', signals });
    const basic = consentNow() === 'basic';
    return JSON.stringify({
      ...around(sessionId),
      ...(!basic && { visitorId }),
      ...(untold && sessionId === visit.current() && { context }),
      signals: basic ? signals.map(signal => ({ ...signal, metadata: undefined })) : signals,
    });
  }

  function put(item: Item) {
    waiting.add(item);
    tell({ what: 'queued', signal: item.signal });
    if (resting) return;
    if (waiting.length - flying.size >= kBatch) void flush();
    else timer ??= setTimeout(flush, kBatchWait);
  }

  const item = (type: string, more: object = {}, id = randomId()): Item => ({
    session: visit.id(),
    visitor,
    at: Date.now(),
    signal: { type, id, ...more },
  });

  // Handles the response to a batch. True: send the next one.
  function answered(items: readonly Item[], answer: Answer): boolean {
    if (isRetried(answer.status)) {
      failures += 1;
      rest(waitAfter(failures, answer.retryAfter), answer);
      return false;
    }
    failures = 0;
    if (answer.status === 202) {
      waiting.remove(items);
      tell({ what: 'sent', signals: items.map(one => one.signal), answer });
      settle(items, 'sent');
      return true;
    }
    // The server reports every issue of a batch, so one bad signal does not affect the others. A rejected time (the clock
    // of this machine is wrong) is removed.
    const details = (answer.body.details ?? []) as { field: string }[];
    const named = (pattern: RegExp) =>
      details.flatMap(({ field }) => items[Number(pattern.exec(field)?.[1] ?? -1)] ?? []);
    const late = named(/^signals\[(\d+)\]\.at$/).filter(({ signal }) => delete signal.at);
    const bad = named(/^signals\[(\d+)\](?!\.at$)/);
    const refused = bad.length || late.length ? bad : items;
    waiting.remove(refused);
    if (refused.length) tell({ what: 'refused', signals: refused.map(one => one.signal), answer });
    settle(refused, 'refused');
    return true;
  }

  function rest(wait: number, answer: Answer) {
    resting = true;
    clearTimeout(timer);
    timer = setTimeout(() => {
      resting = false;
      void flush();
    }, wait);
    tell({ what: 'failed', answer, wait });
  }

  async function send(items: readonly Item[]): Promise<boolean> {
    const body = bodyOf(items);
    const tellsContext = body.includes('"context":');
    items.forEach(one => flying.add(one));
    const answer = await post(url('signals'), body, true);
    items.forEach(one => flying.delete(one));
    if (answer.status === 202 && tellsContext) untold = false;
    return answered(items, answer);
  }

  async function run() {
    for (;;) {
      const items = canSend() ? waiting.next(flying) : [];
      if (!items.length || !(await send(items))) return;
      if (lost && isOpen()) {
        waiting.add(item('beckon.dropped', { signalValue: lost }));
        lost = 0;
        kept.drop('lost');
      }
    }
  }

  // Withdrawn consent is still reported.
  const canSend = () => isOpen() || (said === 'denied' && waiting.length > 0);

  function flush(): Promise<void> {
    if (resting) return Promise.resolve();
    clearTimeout(timer);
    timer = undefined;
    sending ??= run().finally(() => {
      sending = undefined;
    });
    return sending;
  }

  // The page may be closed at any moment: queued signals are sent in requests that outlive it, as far as browsers allow.
  function leave() {
    let room = kAliveBytes - (flying.size ? bytesOf(bodyOf([...flying])) : 0);
    while (canSend()) {
      const items = waiting.next(flying);
      const body = items.length ? bodyOf(items) : '';
      room -= bytesOf(body);
      if (!body || room < 0) break;
      if ('keepalive' in Request.prototype) {
        void send(items);
        continue;
      }
      // A beacon has no response: the signals stay queued, and the next page sends them again.
      navigator.sendBeacon(url('signals'), body);
      break;
    }
  }

  // `here`: set in this tab, not read from what another tab stored.
  async function change(words: unknown, here: boolean): Promise<void> {
    const next = understood(words);
    if (!next || next === said) return;
    const before = said;
    said = next;
    if (next === 'denied') {
      const sessionId = here && before !== 'pending' && visit.current();
      waiting.clear();
      settled.forEach((done, id) => done({ id, outcome: 'withheld' }));
      settled.clear();
      if (here) kept.clear();
      if (sessionId)
        waiting.add({
          session: sessionId,
          denied: true,
          at: Date.now(),
          signal: { type: 'consent.denied', id: randomId() },
        });
    }
    if (next !== 'pending') {
      kept.keep();
      if (here) kept.put('consent', next);
      if (before === 'pending') void adopt();
      if (here && next === 'basic' && before !== 'pending') put(item('consent.basic')); // tells the server at once to drop the metadata it has
    }
    tell({ what: 'consent', consent: consentNow() });
    return flush();
  }

  const held = `${prefix}queue:${tab}`;
  let release = hold(held);
  const adopt = () =>
    waiting.adopt().then(some => {
      if (some) void flush();
    });
  if (!said && options.consent === 'denied') void change('denied', true); // also removes what earlier pages stored
  if (said !== 'pending') {
    kept.keep();
    void adopt();
  }
  addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') leave();
  });
  addEventListener('pagehide', () => {
    leave();
    release();
  }); // a page that holds a lock cannot enter the back/forward cache
  addEventListener('pageshow', ({ persisted }) => {
    if (!persisted) return;
    release = hold(held);
    waiting.wake();
    void change(chosen(), false);
  });
  addEventListener('storage', ({ key, newValue }) => {
    if (key === `${prefix}consent` && newValue) void change(newValue, false);
  });
  addEventListener('online', () => {
    resting = false;
    void waiting.adopt().then(flush);
  });

  return {
    flush,
    signal(type, { value, ...more } = {}) {
      const id = more.id ?? randomId();
      if (said === 'denied') return Promise.resolve({ id, outcome: 'withheld' });
      return new Promise(done => {
        settled.set(id, done);
        put(item(type, { at: Date.now(), ...(value !== undefined && { signalValue: value }), ...more }, id));
      });
    },
    consent: words => change(words, true),
    async context(values) {
      context = { ...context, ...values };
      untold = true;
    },
    async identify(visitorId) {
      if (visitor && visitor !== visitorId) visit.end();
      visitor = visitorId;
    },
    watch(seen) {
      watchers.add(seen);
      return () => watchers.delete(seen);
    },
    async ask(route, more) {
      if (!isOpen()) return;
      const body = {
        ...around(visit.id()),
        consent: undefined,
        ...(consentNow() !== 'basic' && { visitorId: visitor }),
        ...(Object.keys(context).length && { context }),
        ...more,
      };
      const answer = await post(url(route), JSON.stringify(body));
      tell({ what: 'asked', route, body, answer });
      return answer;
    },
  };
}
