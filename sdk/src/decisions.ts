// Decisions: asked for once, kept exactly as long as they are valid, reported back.
import type { Core } from './core.ts';
import { kKeptFresh, kTriggers } from './limits.ts';
import type { Context, Decision, Report } from './words.ts';

export interface Asking {
  context?: Context; // lies over the session's for this call; such an answer is not kept
  stale?: boolean; // a prefetched answer will do although signals were said since
}

export interface Decisions {
  // The answer to a trigger, from what is kept or by one request. Null where there is none: no consent, no connection.
  decide(trigger: string, asking?: Asking): Promise<Decision | null>;
  // Has the answers ready, and keeps them fresh while the visitor is there.
  prefetch(triggers: string | string[]): Promise<Decision[]>;
  // Called with each answer of decide() whose outcome is `act`, until what it resolves to is called.
  onDecision(decided: (decision: Decision) => void): Promise<() => void>;
  // Tells what became of a decision; the first `shown` of a prefetched one is what takes it from its caps.
  report(what: Report, decision: Decision, metadata?: Record<string, unknown>): Promise<void>;
}

interface Kept {
  decision: Decision;
  heard: number; // how many signals had been said
  isValid(): boolean;
}

// Validity is counted from before the request by what the server said is left, on two clocks: one stands still while
// the machine sleeps, the other may be set.
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
  let ready = new Map<string, Decision>(); // what the newest prefetch answered, to which `etag` belongs
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  let etag: string | undefined;
  let heard = 0; // signals said so far
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

  // Asks for all that is wanted, one request at a time; whoever comes while one waits for its turn shares it.
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
    await core.flush(); // what was said before is seen
    const asked = begin();
    const answer = await core.ask('resolve', { trigger, ...(context && { context }) });
    if (answer?.status !== 200) return null;
    const decision = answer.body as unknown as Decision;
    // One that acts has spent: asked again, the answer may be another.
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
      await running; // it may have been what the flush brought about
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
