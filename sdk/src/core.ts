// Signals: batched, sent if there is consent, and kept until the server has responded.
import { capped, understood } from './consent.ts';
import { kBatch, kBatchWait, kSessionIdle } from './limits.ts';
import { withCookie } from './cookie.ts';
import { grab, hold } from './locks.ts';
import { kWhole } from './parts.ts';
import { post, wire } from './post.ts';
import { queue, type Item } from './queue.ts';
import { isRetried, waitAfter } from './retry.ts';
import { randomId, session, type Visit } from './session.ts';
import { browserStorage, shelf } from './shelf.ts';
import type {
  Answer,
  Consent,
  Context,
  Happening,
  Identity,
  Options,
  Sent,
  SessionInfo,
  SignalExtra,
  Traits,
} from './words.ts';

export interface Core {
  // Resolves once the server has responded to the signal, which may take long without a connection. Never rejects.
  signal(type: string, extra?: SignalExtra): Promise<Sent>;
  // Also accepts a Google Consent Mode object. Stored in the browser, unless pending.
  consent(said: Consent | Record<string, unknown>): Promise<void>;
  // Merges by key into the context of the session; null removes a key.
  context(values: Context): Promise<void>;
  // Sets the visitor, in all tabs. Another one than before starts a new session, as logout() does. Without an id (null,
  // undefined, an empty text) it is logout() if there is a visitor, and otherwise does nothing.
  identify(visitorId: string | null | undefined, more?: Identity): Promise<void>;
  // Says traits of the visitor; of the browser, if nobody is known. Resolves as signal() does; withheld without full
  // consent.
  traits(said: Traits): Promise<Sent>;
  // Ends the session, forgets the visitor and takes a new anonymous id, in all tabs.
  logout(): Promise<void>;
  // Another name of logout().
  reset(): Promise<void>;
  // The current session; starts one if there is none. Null if consent is denied.
  session(): Promise<SessionInfo | null>;
  // Sends queued signals. Resolves when the server has responded or the request has failed.
  flush(): Promise<void>;
  // Calls `seen` for every internal event until the returned function is called.
  watch(seen: (happening: Happening) => void): () => void;
  // Calls a public route for this session; if the session or its visitor is another one by then, once again. Resolves to
  // undefined if consent does not allow it.
  ask(route: string, more: object, isAgain?: boolean): Promise<Answer | undefined>;
  // Reports to the other tabs, as their event `news`.
  share(news: 'shown' | 'sent'): void;
}

const kUnclear = 'beckon: unclear consent';

type Who = Visit & Pick<Item, 'anonymous'>;

type Reasons = Map<Item, string>; // why signals were refused

export function createCore(options: Options): Core {
  const { handle, endpoint, sessionIdle = kSessionIdle } = options;
  const prefix = `beckon:${handle}:`;
  const local = shelf(prefix, browserStorage());
  const kept = kWhole && options.cookie !== undefined ? withCookie(local, handle, options.cookie) : local;
  const watchers = new Set<(happening: Happening) => void>();
  const tell = (happening: Happening) => watchers.forEach(seen => seen(happening));
  const flying = new Set<Item>();
  const tab = randomId();
  const url = (route: string) => `${endpoint}/v2/public/chain/${route}`;

  let { context } = options;
  let told: Context | undefined; // the context that the server has
  const banned = new Set<string>(); // what the server refuses and is not sent: "visitorId", "context", "context.KEY"
  let replaced: string | undefined; // the session that took the place of another visitor's
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let resting = false; // waiting after a failure
  let sending: Promise<void> | undefined;
  let lost = Number(kept.get('lost'));
  const chosen = () => understood(kept.get('consent')); // in any tab, on any page

  // Words that are not understood may be a refusal.
  function heard(words: unknown): Consent {
    const consent = understood(words);
    if (!consent) console.error(kUnclear, words);
    return consent ?? 'pending';
  }
  const initial = options.consent === undefined ? undefined : heard(options.consent);
  let said = chosen() ?? (initial === 'denied' ? undefined : initial);

  const consentNow = () => capped(said, !!(navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl);
  const isOpen = () => said !== 'pending' && said !== 'denied';
  const isBasic = () => consentNow() === 'basic';

  const visit = session(kept, handle, sessionIdle, ({ session, visitor }) => {
    told = undefined;
    tell({ what: 'session', sessionId: session, visitorId: visitor || null });
  });
  let isKnown = !!visit.last().session; // the server may know the session

  const who = (): Who => ({ ...visit.now(), anonymous: visit.anonymous(!isBasic()) });

  const signalsOf = (items: readonly Item[]) => items.map(({ signal }) => signal);
  const settle = (items: readonly Item[], outcome: Sent['outcome'], reasons?: Reasons, answer?: Answer) =>
    items.forEach(item =>
      item.done?.({
        id: item.signal.id,
        outcome,
        ...(kWhole && reasons && { reason: reasons.get(item) }),
        ...(item.traits && answer && { traits: answer.body.traits as Sent['traits'] }),
      }),
    );
  const waiting = queue(
    kept,
    tab,
    name => grab(prefix + name),
    items => {
      lost += items.length;
      kept.put('lost', `${lost}`);
      settle(items, 'dropped');
      tell({ what: 'dropped', count: items.length });
    },
  );

  // A context without the keys that the server refuses.
  const allowed = (says?: Context) =>
    says &&
    (banned.has('context')
      ? undefined
      : Object.fromEntries(Object.entries(says).filter(([key]) => !banned.has(`context.${key}`))));

  // The body of a request.
  const bodyOf = ({ session, visitor, proof, anonymous }: Who, says: Context | undefined, more: object) => ({
    handle,
    sessionId: session,
    ...(!isBasic() && {
      ...(!banned.has('visitorId') && visitor && { visitorId: visitor, visitorProof: proof }),
      anonymousId: anonymous,
    }),
    ...(says !== told && { context: allowed(says) }),
    ...more,
  });

  // The context that the server has after a batch: that of the page, if the session is the current one.
  const after = ({ session }: Visit) => (visit.last().session === session ? context : told);

  function batchOf(items: readonly Item[]): string {
    const first = items[0]!;
    const { proof, traits } = items[items.length - 1]!;
    // A page knows the age of what it said whatever time its clock shows; of what an earlier page left, the server finds
    // it by `sentAt`.
    const signals = items.flatMap(({ signal, age, traits }) =>
      traits
        ? []
        : {
            ...signal,
            ...(age && { at: undefined, age: age() }),
            ...(isBasic() && { metadata: undefined }),
          },
    );
    return wire(
      first.denied
        ? { handle, sessionId: first.session, consent: 'denied', signals }
        : bodyOf({ ...first, proof }, after(first), { consent: consentNow(), sentAt: Date.now(), traits, signals }),
    );
  }

  function put(item: Item) {
    waiting.add(item);
    tell({ what: 'queued', signal: item.signal });
    if (resting) return;
    if (waiting.length - flying.size >= kBatch) void flush();
    else timer ??= setTimeout(flush, kBatchWait);
  }

  const item = (type: string, more: object = {}, id = randomId(), me = who()): Item => ({
    ...me,
    at: Date.now(),
    signal: { type, id, ...more },
  });

  // Mends a refused request, so that it may pass when sent again. Signals in a session that is another visitor's, as on a
  // shared computer, move to a session of their own; a visitor's id, a context or a key of it that the server does not
  // take is left out; so is a rejected time. The other signals at fault are noted in `bad`.
  function isMended(
    { body }: Answer,
    { session, visitor }: Visit,
    items: readonly Item[] = [],
    bad: Reasons = new Map(),
  ): boolean {
    let mended = body.reason === 'visitor' && session !== replaced && isOpen();
    if (mended) {
      replaced = visit.instead(session, visitor);
      waiting.move(session, visitor, { anonymous: who().anonymous, session: replaced, visitor });
    }
    for (const { field, issue } of (body.details ?? []) as { field: string; issue: string }[]) {
      const [, index, name] = /^signals\[(\d+)\]\.?(.*)/.exec(field) ?? [];
      const one = /^traits/.test(field) ? items[items.length - 1] : items[Number(index)];
      if (one && /^a/.test(name!) && one.signal.at) mended = delete one.age && delete one.signal.at;
      else if (one) bad.set(one, kWhole ? `${name ?? field} ${issue}` : '');
      else if (/^(vis|cont)/.test(field) && !banned.has(field)) mended = !!banned.add(field);
    }
    return mended;
  }

  // The server has responded to these.
  function end(items: readonly Item[], outcome: 'sent' | 'refused', answer: Answer, reasons?: Reasons) {
    waiting.remove(items);
    tell({ what: outcome, signals: signalsOf(items), answer });
    settle(items, outcome, reasons, answer);
    return true;
  }

  // Handles the response to a batch that was sent for a visit. True: send the next one.
  function answered(items: readonly Item[], answer: Answer, sender: Visit): boolean {
    if (isRetried(answer.status)) {
      failures += 1;
      rest(waitAfter(failures, answer.retryAfter), answer);
      return false;
    }
    failures = 0;
    if (answer.status === 202) return end(items, 'sent', answer);
    const bad: Reasons = new Map();
    if (!isMended(answer, sender, items, bad) && !bad.size)
      for (const one of items) bad.set(one, kWhole ? String(answer.body.message ?? answer.status) : '');
    return end([...bad.keys()], 'refused', answer, bad);
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
    const sender = { ...items[0]! }; // as it is now
    const says = after(sender);
    const body = batchOf(items);
    items.forEach(one => flying.add(one));
    const answer = await post(url('signals'), body, true);
    items.forEach(one => flying.delete(one));
    if (answer.status === 202) told = says;
    return answered(items, answer, sender);
  }

  // The next batch; what consent does not allow by now is not sent.
  function batch(): Item[] {
    if (isBasic()) {
      const said = waiting.said();
      waiting.remove(said);
      settle(said, 'withheld');
    }
    return waiting.next(flying);
  }

  async function run() {
    while (canSend()) {
      const items = batch();
      if (!items.length || !(await send(items))) return;
      if (lost && isOpen()) {
        waiting.add(item('beckon.dropped', { signalValue: lost }));
        lost = 0;
        kept.drop('lost');
      }
    }
  }

  // Withdrawn consent is still reported.
  const canSend = () => said !== 'pending';

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
  // What exceeds that stays queued.
  function leave() {
    while (canSend()) {
      const items = batch();
      if (!items.length) return;
      if (!('keepalive' in Request.prototype)) {
        // A beacon has no response: the signals stay queued, and the next page sends them again.
        navigator.sendBeacon(url('signals'), batchOf(items));
        return;
      }
      void send(items);
    }
  }

  // `here`: set in this tab, not read from what another tab stored.
  async function change(next: Consent | undefined, here: boolean): Promise<void> {
    if (!next || next === said) return;
    const before = said;
    isKnown ||= isOpen();
    said = next;
    if (next === 'denied') {
      const session = here && isKnown && visit.last().session;
      settle(waiting.clear(), 'withheld');
      if (here) kept.clear();
      if (session) waiting.add({ ...item('consent.denied', {}, randomId(), { session, visitor: '' }), denied: true });
    }
    if (here) kept.put('consent', next);
    kept.keep(here ? next !== 'pending' : isOpen());
    if (before === 'pending') void adopt();
    else if (here && next === 'basic') put(item('consent.basic')); // tells the server at once to drop the metadata it has
    tell({ what: 'consent', consent: consentNow() });
    return flush();
  }

  const held = `${prefix}queue:${tab}`;
  let release = hold(held);
  const adopt = () =>
    waiting.adopt().then(some => {
      if (some) void flush();
    });
  if (!said && initial) void change(initial, true); // denied: also removes what earlier pages stored
  if (canSend()) {
    kept.keep(true);
    void adopt();
  }

  // What other tabs have changed meanwhile. They may also have said a context of their own.
  function look() {
    void change(chosen(), false);
    visit.last();
    told = undefined;
  }
  addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') leave();
    else look();
  });
  addEventListener('pagehide', () => {
    leave();
    release();
  }); // a page that holds a lock cannot enter the back/forward cache
  addEventListener('pageshow', ({ persisted }) => {
    if (!persisted) return;
    release = hold(held);
    waiting.wake();
    look();
  });
  addEventListener('storage', ({ key, newValue }) => {
    if (key === `${prefix}consent`) void change(understood(newValue), false);
    if (kWhole && newValue && key === `${prefix}news`) tell({ what: 'news', news: newValue });
    visit.last();
  });
  addEventListener('online', () => {
    resting = false;
    void waiting.adopt().then(flush);
  });

  // Nobody has seen a page that is only prerendered: calls wait until somebody does.
  const seen =
    <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    (...args: Args): Promise<Result> =>
      (document as { prerendering?: boolean }).prerendering
        ? new Promise(done => document.addEventListener('prerenderingchange', done, { once: true })).then(() =>
            call(...args),
          )
        : call(...args);

  const logout = seen(async () => visit.identify(''));

  const traits = seen((all: Traits = {}): Promise<Sent> => {
    const id = all.id ?? randomId();
    if (said === 'denied' || isBasic()) return Promise.resolve({ id, outcome: 'withheld' });
    return new Promise(done => put({ ...item('traits', {}, id), traits: { ...all, id }, done }));
  });

  const identify = seen(async (visitorId: string | null | undefined, more: Identity = {}) => {
    const visitor = `${visitorId ?? ''}`.trim().normalize(); // a page without types may give a number
    banned.delete('visitorId');
    if (visitor || visit.last().visitor) visit.identify(visitor, more.proof);
    if (visitor && more.traits) void traits({ set: more.traits });
  });
  if (options.visitorId !== undefined) void identify(options.visitorId, options as Identity);

  const core: Core = {
    flush,
    identify,
    traits,
    logout,
    reset: logout,
    signal: seen((type, { value, ...more } = {}) => {
      const id = more.id ?? randomId();
      if (said === 'denied') return Promise.resolve({ id, outcome: 'withheld' });
      const extra = { signalValue: value, ...more, at: more.at ?? Date.now() };
      const since = performance.now();
      const age = more.at ? undefined : () => Math.round(performance.now() - since);
      return new Promise(done => put({ ...item(type, extra, id), done, age }));
    }),
    consent: seen(async words => {
      await change(heard(words), true);
      if (!understood(words)) throw TypeError(kUnclear);
    }),
    async context(values) {
      context = { ...context, ...values };
      Object.keys(values).forEach(key => banned.delete(`context.${key}`));
      banned.delete('context');
    },
    watch(watcher) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    ...((kWhole && {
      share(news: string) {
        if (isOpen()) kept.put('news', `${news} ${randomId()}`);
      },
      session: seen(async () => {
        if (said === 'denied') return null;
        const { session, visitor, anonymous } = who();
        return { sessionId: session, visitorId: visitor || null, anonymousId: anonymous ?? null };
      }),
      ask: seen(async (route, more, isAgain) => {
        if (!isOpen()) return;
        const me = who();
        const body = { context: allowed(context), ...bodyOf(me, told, more) };
        const answer = await post(url(route), wire(body));
        tell({ what: 'asked', route, body, answer });
        const { session, visitor } = visit.last();
        const isOurs = session === me.session && visitor === me.visitor && isOpen();
        if (isOurs && !isMended(answer, me)) return answer;
        return isAgain ? undefined : core.ask(route, more, true);
      }),
    }) as Pick<Core, 'session' | 'ask' | 'share'>),
  };
  return core;
}
