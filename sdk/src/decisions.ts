// Decisions: requested once, cached exactly as long as they are valid, and reported back.
import type { Core } from './core.ts';
import { kKeptFresh, kTriggers } from './limits.ts';
import type { Context, Decision, Report } from './words.ts';

export interface Asking {
  context?: Context; // overrides the session's context for this call; the decision is not cached
  stale?: boolean; // accepts a prefetched decision although signals were sent since
}

export interface Decisions {
  // The decision at a trigger, from the cache or by one request. Null without consent or connection.
  decide(trigger: string, asking?: Asking): Promise<Decision | null>;
  // Fetches decisions in advance and keeps them fresh while the visitor is active.
  prefetch(triggers: string | string[]): Promise<Decision[]>;
  // Calls `decided` with each result of decide() whose outcome is `act`. Resolves to a function that stops it.
  onDecision(decided: (decision: Decision) => void): Promise<() => void>;
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
}

export function decisions(core: Core): Decisions {
  const kept = new Map<string, Kept>();
  const asking = new Map<string, Promise<Decision | null>>();
  const listeners = new Set<(decision: Decision) => void>();
  const reported = new Set<string>();
  let wanted: string[] = [];
  let ready = new Map<string, Decision>(); // the result of the latest prefetch, to which `etag` belongs
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  let etag: string | undefined;
  let heard = 0; // signals sent so far
  let used = 0; // epoch ms of the last signal or call
  let timer: ReturnType<typeof setTimeout> | undefined;

  const begin = (): Asked => ({ wall: Date.now(), steady: performance.now(), heard });
  const keep = (decision: Decision, seconds: number, asked: Asked) =>
    kept.set(decision.trigger, { decision, heard: asked.heard, isValid: validity(seconds, asked) });
  const isSeen = () => document.visibilityState === 'visible';
  const forget = () => {
    kept.clear();
    etag = undefined;
  };

  core.watch(({ what }) => {
    if (what === 'queued') {
      heard += 1;
      used = Date.now();
    }
    if (what === 'sent' && wanted.length) void refresh();
    if (what === 'consent' || what === 'session') forget();
  });
  addEventListener('visibilitychange', () => {
    if (isSeen() && wanted.length) void refresh();
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

  async function ask(): Promise<void> {
    clearTimeout(timer);
    const asked = begin();
    const answer = await core.ask('prefetch', { triggers: wanted, ifNoneMatch: etag });
    if (answer?.status !== 200) return;
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
      if (isSeen() && Date.now() - used < kKeptFresh) void refresh();
    }, Math.max(1, ttlSeconds) * 1000);
  }

  const isFresh = (trigger: string) => {
    const known = kept.get(trigger);
    return known?.isValid() && known.heard === heard;
  };

  async function resolve(trigger: string, context?: Context): Promise<Decision | null> {
    await core.flush(); // so that the decision sees earlier signals
    const asked = begin();
    const answer = await core.ask('resolve', { trigger, ...(context && { context }) });
    if (answer?.status !== 200) return null;
    const decision = answer.body as unknown as Decision;
    // A decision that acts counts toward limits, so the next one may differ.
    if (!context && (decision.outcome === 'none' || decision.outcome === 'suppressed'))
      keep(decision, decision.ttlSeconds, asked);
    return decision;
  }

  function answer(trigger: string, { context, stale }: Asking): Promise<Decision | null> {
    const known = kept.get(trigger);
    if (known?.isValid() && !context && (stale || isFresh(trigger))) return Promise.resolve(known.decision);
    if (context) return resolve(trigger, context);
    const running = asking.get(trigger) ?? resolve(trigger).finally(() => asking.delete(trigger));
    asking.set(trigger, running);
    return running;
  }

  return {
    async decide(trigger, more = {}) {
      used = Date.now();
      const decision = await answer(trigger, more);
      if (decision?.outcome === 'act') listeners.forEach(decided => decided(decision));
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
    async report(what, { decisionId }, metadata) {
      const key = what + decisionId;
      if (reported.has(key)) return;
      reported.add(key);
      await core.signal(`decision.${what}`, { value: decisionId, metadata });
    },
  };
}
