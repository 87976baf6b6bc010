// For tests: as much of a browser as the library needs, in Node. Storage outlives a page; open() creates the rest again.
import type { WireSignal } from '../words.ts';

class FakeStorage {
  getItem(key: string) {
    return Object.hasOwn(this, key) ? (this as unknown as Record<string, string>)[key] : null;
  }
  setItem(key: string, text: string) {
    if (limit.bytes < text.length) throw new Error('QuotaExceededError');
    (this as unknown as Record<string, string>)[key] = text;
  }
  removeItem(key: string) {
    delete (this as unknown as Record<string, string>)[key];
  }
}

export const limit = { bytes: 5_000_000 }; // per storage entry

// The locks of all pages. A page that has ended no longer holds any.
class FakeLocks {
  held = new Map<string, object>();
  async request(name: string, ...rest: unknown[]) {
    const act = rest.at(-1) as (lock: object | null) => unknown;
    const { ifAvailable } = (rest.length > 1 ? rest[0] : {}) as { ifAvailable?: boolean };
    if (this.held.has(name)) {
      if (ifAvailable) return act(null);
      throw new Error('the fake does not wait');
    }
    const lock = { name };
    this.held.set(name, lock);
    try {
      return await act(lock);
    } finally {
      if (this.held.get(name) === lock) this.held.delete(name);
    }
  }
}

export interface Request {
  url: string;
  init: RequestInit;
  body: {
    sessionId: string;
    consent?: string;
    visitorId?: string;
    context?: object;
    signals: WireSignal[];
    [name: string]: unknown;
  };
}
type Reply = { status: number; body?: object; retryAfter?: string } | 'offline';

export class Browser {
  events = new EventTarget();
  documents = new EventTarget();
  prerendering = false;
  cookies = new Map<string, string>();
  storage = new FakeStorage() as unknown as Storage;
  locks: FakeLocks | undefined = new FakeLocks();
  requests: Request[] = [];
  beacons: string[] = [];
  reply: (request: Request) => Reply | Promise<Reply> = () => ({ status: 202, body: {} });
  privacyControl = false;
  visibility = 'visible';

  // Replaces Node's globals.
  open(): this {
    const put = (name: string, value: unknown) =>
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    put('localStorage', this.storage);
    put('navigator', {
      locks: this.locks,
      globalPrivacyControl: this.privacyControl,
      sendBeacon: (_: string, body: string) => this.beacons.push(body) > 0,
    });
    put(
      'document',
      Object.defineProperties(
        {
          referrer: '',
          addEventListener: (type: string, seen: EventListener) => this.documents.addEventListener(type, seen),
        },
        {
          visibilityState: { get: () => this.visibility },
          prerendering: { get: () => this.prerendering },
          cookie: {
            get: () => [...this.cookies].map(([name, text]) => `${name}=${text}`).join('; '),
            set: (said: string) => {
              const [, name, text] = /^([^=]+)=([^;]*)/.exec(said) as unknown as [string, string, string];
              if (said.includes('max-age=0')) this.cookies.delete(name);
              else this.cookies.set(name, text);
            },
          },
        },
      ),
    );
    put('addEventListener', (type: string, seen: EventListener) => this.events.addEventListener(type, seen));
    put('fetch', async (url: string, init: RequestInit) => {
      const request = { url, init, body: JSON.parse(String(init.body)) };
      this.requests.push(request);
      const reply = await this.reply(request);
      if (reply === 'offline') throw new TypeError('Failed to fetch');
      return new Response(JSON.stringify(reply.body ?? {}), {
        status: reply.status,
        headers: reply.retryAfter ? { 'retry-after': reply.retryAfter } : {},
      });
    });
    return this;
  }

  // The page ends without events, as in a crash; the next one finds what it stored.
  crash(): this {
    this.events = new EventTarget();
    this.locks?.held.clear();
    return this;
  }

  fire(type: string, more: object = {}) {
    this.events.dispatchEvent(Object.assign(new Event(type), more));
  }
  // Another tab writes to the storage.
  elsewhere(key: string, newValue: string) {
    this.storage.setItem(key, newValue);
    this.fire('storage', { key, newValue });
  }
  // The visitor opens a page that was prerendered.
  activate() {
    this.prerendering = false;
    this.documents.dispatchEvent(new Event('prerenderingchange'));
  }
  hide() {
    this.visibility = 'hidden';
    this.fire('visibilitychange');
  }

  sent() {
    return this.requests.flatMap(({ url, body }) => (url.endsWith('/signals') ? body.signals : []));
  }
  kept() {
    return Object.keys(this.storage);
  }
}

// Runs everything that is ready; no time passes.
export const settle = async () => {
  for (let i = 0; i < 50; i += 1) await Promise.resolve();
  await new Promise(done => setImmediate(done));
  for (let i = 0; i < 50; i += 1) await Promise.resolve();
};
