// Decisions: requested once, cached exactly as long as they are valid, and reported back.
import type { Core } from './core.ts';
import { kDecideTime, kKeptFresh, kRenewWait, kReportWait, kShowTime, kTriggers } from './limits.ts';
import type { Act, Context, Decision, Report } from './words.ts';

export interface Asking {
  context?: Context; // overrides the session's context for this call; the decision is not cached
  stale?: boolean; // accepts a prefetched decision although signals were sent since
  timeout?: number; // ms after which there is no decision; default: 2,000
}

export interface Decisions {
  // The decision at a trigger, from the cache or by one request. Null without consent or connection, or if it takes too
  // long. A decision that acts is given once, for the caller to show: another call gets it as `suppressed` for five
  // seconds, and never again once it is reported as shown.
  decide(trigger: string, asking?: Asking): Promise<Decision | null>;
  // Fetches decisions in advance and keeps them fresh while the visitor is active.
  prefetch(triggers: string | string[]): Promise<Decision[]>;
  // Calls `decided` with each result of decide() whose outcome is `act`. Resolves to a function that stops it.
  onDecision(decided: (decision: Act) => void): Promise<() => void>;
  // Reports what the visitor did with a decision. The first `shown` of a prefetched one counts toward its caps.
  report(what: Report, decision: Decision, metadata?: Record<string, unknown>): Promise<void>;
}

interface Kept {
  decision: Decision;
  heard: number; // how many signals had been sent
  isValid(): boolean;
}

// Validity is counted from before the request, by the server's remaining time, on two clocks: one stands still while
// the machine sleeps, and the other may be changed.
function validity(seconds: number, asked: Asked): () => boolean {
  return () => {
    const wall = Date.now() - asked.wall;
    return wall >= 0 && Math.max(wall, performance.now() - asked.steady) < seconds * 1000;
  };
}

interface Asked {
  wall: number;
  steady: number;
  heard: number;
  era: number;
}

export function decisions(core: Core): Decisions {
  const kept = new Map<string, Kept>();
  const asking = new Map<string, Promise<Decision | null>>();
  const listeners = new Set<(decision: Act) => void>();
  const reported = new Set<string>();
  const given = new Map<string, number>(); // when each decision that acts was given, on the steady clock
  let wanted: string[] = [];
  let ready = new Map<string, Decision>(); // the result of the latest prefetch, to which `etag` belongs
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  let etag: string | undefined;
  let heard = 0; // signals sent so far
  let era = 0; // rises when everything decided before becomes void
  let used = 0; // epoch ms of the last signal or call
  let isAsking = false; // and may start a session
  let timer: ReturnType<typeof setTimeout> | undefined;
  let renewal: ReturnType<typeof setTimeout> | undefined;
  let flushes: number | undefined; // when `renewal` is due, on the steady clock

  const begin = (): Asked => ({ wall: Date.now(), steady: performance.now(), heard, era });
  const keep = (decision: Decision, seconds: number, asked: Asked) => {
    if (asked.era === era)
      kept.set(decision.trigger, { decision, heard: asked.heard, isValid: validity(seconds, asked) });
  };
  const renew = () => {
    if (wanted.length && document.visibilityState === 'visible') void refresh();
  };
  const forget = () => {
    kept.clear();
    etag = undefined;
    era += 1;
  };
  // A decision has counted toward limits, so that others may no longer act.
  const spent = () => {
    forget();
    core.share('shown');
  };

  const flushWithin = (wait: number) => {
    const due = performance.now() + wait;
    if (due > (flushes ?? due)) return;
    clearTimeout(renewal);
    flushes = due;
    renewal = setTimeout(() => {
      flushes = undefined;
      void core.flush();
    }, wait);
  };

  core.watch(happening => {
    const { what } = happening;
    if (what === 'queued') {
      heard += 1;
      used = Date.now();
      if (wanted.length) flushWithin(happening.signal.type.startsWith('decision.') ? kReportWait : kRenewWait);
    }
    if (what === 'sent') {
      core.share('sent');
      if (wanted.length) void refresh();
    }
    if (what === 'news') {
      heard += 1;
      if (happening.news.startsWith('shown')) forget();
      else renew();
    }
    if (what === 'consent' || what === 'session') forget();
    if (what === 'session' && !isAsking) renew();
  });
  addEventListener('visibilitychange', renew);
  addEventListener('pageshow', ({ persisted }) => {
    if (!persisted) return; // a page from the back/forward cache has missed the news
    forget();
    renew();
  });

  // Requests all wanted triggers, one request at a time; calls made while one waits for its turn share it.
  function refresh(): Promise<void> {
    next ??= running.then(() => {
      running = next!;
      next = undefined;
      return ask();
    });
    return next;
  }

  async function ask(isAgain = false): Promise<void> {
    clearTimeout(timer);
    isAsking = true;
    const answering = core.ask('prefetch', { triggers: wanted, ifNoneMatch: etag });
    isAsking = false;
    const asked = begin(); // behind the call, which may start a session
    const answer = await answering;
    if (answer?.status !== 200) return;
    if (asked.era !== era) return isAgain ? undefined : ask(true);
    const {
      unchanged,
      ttlSeconds,
      decisions,
      etag: tag,
    } = answer.body as { unchanged?: boolean; ttlSeconds: number; decisions: Decision[]; etag: string };
    const given = unchanged ? wanted.flatMap(trigger => ready.get(trigger) ?? []) : (decisions ?? []);
    ready = new Map(given.map(decision => [decision.trigger, decision]));
    for (const decision of given) keep(decision, unchanged ? ttlSeconds : decision.ttlSeconds, asked);
    etag = tag;
    timer = setTimeout(() => {
      if (Date.now() - used < kKeptFresh) renew();
    }, Math.max(1, ttlSeconds) * 1000);
  }

  const isFresh = (trigger: string) => {
    const known = kept.get(trigger);
    return known?.isValid() && known.heard === heard;
  };

  async function resolve(trigger: string, context?: Context): Promise<Decision | null> {
    await core.flush(); // so that the decision sees earlier signals
    const answering = core.ask('resolve', { trigger, ...(context && { context }) });
    const asked = begin(); // behind the call, which may start a session
    const answer = await answering;
    if (answer?.status !== 200) return null;
    const decision = answer.body as unknown as Decision;
    if (decision.outcome === 'act' || decision.outcome === 'holdout') {
      spent();
      core.share('sent');
      renew();
    } else if (!context) keep(decision, decision.ttlSeconds, asked);
    return decision;
  }

  function answer(trigger: string, { context, stale }: Asking): Promise<Decision | null> {
    const known = kept.get(trigger);
    if (known?.isValid() && !context && (stale || isFresh(trigger))) {
      // A prefetched one counts from now on.
      if (known.decision.outcome === 'holdout') void report('shown', known.decision);
      return Promise.resolve(known.decision);
    }
    if (context) return resolve(trigger, context);
    const running = asking.get(trigger) ?? resolve(trigger).finally(() => asking.delete(trigger));
    asking.set(trigger, running);
    return running;
  }

  // The decision, or null after `timeout` ms. One that acts, has counted and comes too late is there for the next call.
  function within(timeout: number, deciding: Promise<Decision | null>): Promise<Decision | null> {
    const asked = begin();
    return new Promise(done => {
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        done(null);
      }, timeout);
      void deciding.then(decision => {
        clearTimeout(timer);
        if (isLate && decision?.outcome === 'act') keep(decision, decision.ttlSeconds, { ...asked, era });
        done(decision);
      });
    });
  }

  async function report(what: Report, { decisionId }: Decision, metadata?: Record<string, unknown>): Promise<void> {
    const key = what + decisionId;
    if (reported.has(key)) return;
    reported.add(key);
    if (what === 'shown') spent();
    await core.signal(`decision.${what}`, { value: decisionId, metadata });
  }

  return {
    report,
    async decide(trigger, { timeout = kDecideTime, ...asking } = {}) {
      used = Date.now();
      const decision = await within(timeout, answer(trigger, asking));
      if (decision?.outcome !== 'act') return decision;
      const { decisionId } = decision;
      const now = performance.now();
      if (reported.has(`shown${decisionId}`) || now < given.get(decisionId)! + kShowTime)
        return { ...decision, outcome: 'suppressed', action: null };
      given.set(decisionId, now);
      listeners.forEach(decided => decided(decision));
      return decision;
    },
    async prefetch(triggers) {
      used = Date.now();
      const asked = [triggers].flat();
      const all = [...new Set([...asked, ...wanted])].slice(0, kTriggers);
      if (all.join() !== wanted.join()) {
        wanted = all;
        etag = undefined;
      }
      await core.flush();
      await running; // the flush may have started it
      if (!asked.every(isFresh)) await refresh();
      return asked.flatMap(trigger => kept.get(trigger)?.decision ?? []);
    },
    async onDecision(decided) {
      listeners.add(decided);
      return () => listeners.delete(decided);
    },
  };
}
