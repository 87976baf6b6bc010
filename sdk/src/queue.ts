// Signals on their way to the server. They stay until the server has responded, so that nothing is lost when a page
// closes, the connection breaks or a beacon gets no response; their ids keep the server from counting one twice.
//
// Each tab has its own queue, so that no two tabs write the same one. A tab holds a lock with the name of its queue, and
// the browser releases it when the tab ends: a queue whose lock is free is an orphan, and the tab that gets the lock
// takes it over. Without locks every queue looks like an orphan, and only the ids prevent duplicates.
import { bytesOf } from './post.ts';
import { kBodyBytes, kQueued, kQueuedAge, kRequestSignals } from './limits.ts';
import type { Shelf } from './shelf.ts';
import type { Sent, Traits, WireSignal } from './words.ts';

export interface Item {
  session: string;
  visitor: string; // empty: not known
  proof?: string; // of the visitor
  anonymous?: string; // the browser's id
  traits?: Traits; // said instead of a signal; `signal` has only a name and an id then
  denied?: true; // reports withdrawn consent
  done?: (sent: Sent) => void; // not stored, nor is `age`
  age?: () => number; // ms since the page said it, on the steady clock
  at: number; // epoch ms at which it was queued
  signal: WireSignal;
}

export interface Queue {
  readonly length: number;
  add(item: Item): void;
  // The next batch: signals of one session and visitor, within a request's limits, without those in `flying`. Traits are
  // the last in it.
  next(flying: ReadonlySet<Item>): Item[];
  remove(items: readonly Item[]): void;
  said(): Item[]; // traits
  move(session: string, visitor: string, to: Partial<Item>): void; // the items of a visitor in a session
  clear(): Item[]; // removes all of them
  adopt(): Promise<boolean>; // takes over the queues of ended tabs; true if they had signals
  wake(): void; // back from the back/forward cache: another tab may have taken the queue
}

const kName = 'queue:';

export function queue(
  shelf: Shelf,
  tab: string,
  lock: (name: string) => Promise<(() => void) | undefined>,
  dropped: (items: Item[]) => void,
): Queue {
  const mine = kName + tab;
  let items: Item[] = [];

  const read = (name: string): Item[] => {
    try {
      return JSON.parse(shelf.get(name) ?? '[]') as Item[];
    } catch {
      return [];
    }
  };
  const save = () => (items.length ? shelf.put(mine, JSON.stringify(items)) : shelf.drop(mine));
  const remove = (gone: readonly Item[]) => {
    items = items.filter(item => !gone.includes(item));
    save();
  };
  const trim = () => {
    const oldest = Date.now() - kQueuedAge;
    const gone = items.filter((item, i) => i < items.length - kQueued || item.at < oldest);
    if (gone.length) {
      remove(gone);
      dropped(gone);
    }
  };

  return {
    get length() {
      return items.length;
    },
    add(item) {
      items.push(item);
      save();
      trim();
    },
    next(flying) {
      const waiting = items.filter(item => !flying.has(item));
      const first = waiting[0];
      const together: Item[] = [];
      let bytes = 1_000; // for the rest of the body; the context is limited separately
      for (const item of waiting) {
        if (item.session !== first!.session || item.visitor !== first!.visitor || item.denied !== first!.denied) break;
        bytes += bytesOf(JSON.stringify(item.traits ?? item.signal)) + 1;
        if (together.length && (together.length === kRequestSignals || bytes > kBodyBytes)) break;
        together.push(item);
        if (item.traits) break;
      }
      return together;
    },
    remove,
    said: () => items.filter(item => item.traits),
    move(session, visitor, to) {
      for (const item of items) if (item.session === session && item.visitor === visitor) Object.assign(item, to);
      save();
    },
    clear() {
      const gone = items;
      remove(gone);
      return gone;
    },
    async adopt() {
      let some = false;
      for (const name of shelf.names()) {
        const release = name.startsWith(kName) && name !== mine && (await lock(name));
        if (!release) continue; // no queue, or its tab is still open
        const left = read(name);
        some ||= left.length > 0;
        items = [...left, ...items];
        save();
        shelf.drop(name);
        release();
        trim();
      }
      return some;
    },
    wake() {
      const left = new Set(read(mine).map(item => item.signal.id));
      items = items.filter(item => left.has(item.signal.id));
    },
  };
}
