// The live feed of a handle: one connection for all tabs of a user, its latest lines, and its state.
import { signal } from '@preact/signals';
import { ask, quietly } from '../api/client.ts';
import { faultOf, type Fault } from '../api/fault.ts';
import type { Delivery } from './deliveries.ts';
import { eventReader, type StreamEvent } from './event_stream.ts';
import { person, signedOut, token } from './sign_in.ts';

export type Connection =
  | { state: 'connecting' | 'live' | 'beside' }
  | { state: 'waiting'; until: number }
  | { state: 'over'; fault: Fault | null; says: string };
export interface SignalSeen {
  sessionId: string;
  signalKey: string;
  signalValue: string | null;
  version: number;
  at: string;
}
export type Line =
  | { key: string; kind: 'signal'; at: string; signal: SignalSeen }
  | { key: string; kind: 'delivery'; at: string; delivery: Delivery };

export const kKept = 200; // lines; beyond it the oldest are dropped and counted
const kGreeting = 50; // lines sent to a tab that joins
const kSlowest = 30_000;
const kRateOver = 10_000; // milliseconds that the rate is of

export class Live {
  readonly connection = signal<Connection>({ state: 'connecting' });
  readonly round = signal(0); // incremented when lines arrive, at most once a frame
  readonly letGo = signal(0); // lines dropped here or by the server
  lines: Line[] = [];
  came = 0; // lines since the page was opened, dropped ones included
  #arrivals: [at: number, count: number][] = []; // by second, of the last kRateOver
  #stop = new AbortController();
  #channel: BroadcastChannel;
  #last = '';
  #pauses = 0;
  #frame = 0;
  #handle: string;

  constructor(handle: string) {
    this.#handle = handle;
    const name = `beckon.live ${handle} ${person.value?.subject ?? ''}`;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }) => {
      if (data === 'hello' && this.connection.value.state === 'live')
        this.#channel.postMessage({ lines: this.lines.slice(-kGreeting) });
      if (data.lines && !this.lines.length) {
        this.lines = data.lines as Line[];
        this.#changed();
      }
      if (data.event) {
        this.connection.value = { state: 'beside' };
        this.#take(data.event as StreamEvent);
      }
    };
    this.#channel.postMessage('hello');
    // The tab that holds the lock is connected; when it closes, the next one takes over.
    const { signal: over } = this.#stop;
    const late = setTimeout(() => {
      if (this.connection.value.state === 'connecting') this.connection.value = { state: 'beside' };
    }, 400);
    navigator.locks
      .request(name, { signal: over }, async () => {
        clearTimeout(late);
        await this.#run(over);
      })
      .catch(() => {});
  }

  close() {
    this.#stop.abort();
    this.#channel.close();
    cancelAnimationFrame(this.#frame);
  }

  async #run(over: AbortSignal) {
    while (!over.aborted) {
      this.connection.value = { state: 'connecting' };
      const wait = await this.#connect(over).catch(() => this.#slower());
      if (wait < 0 || over.aborted) return;
      this.connection.value = { state: 'waiting', until: Date.now() + wait };
      await new Promise<void>(done => {
        const timer = setTimeout(done, wait);
        over.addEventListener(
          'abort',
          () => {
            clearTimeout(timer);
            done();
          },
          { once: true },
        );
      });
    }
  }

  // Lines per second, over the last ten seconds.
  rate(now: number): number {
    const recent = this.#arrivals.filter(([at]) => at > now - kRateOver);
    return recent.reduce((sum, [, count]) => sum + count, 0) / (kRateOver / 1000);
  }

  // Forgets what is shown; what comes from now on is shown.
  clear() {
    this.lines = [];
    this.letGo.value = 0;
    this.#changed();
  }

  #arrived(count: number) {
    this.came += count;
    const second = Math.floor(Date.now() / 1000) * 1000,
      last = this.#arrivals.at(-1);
    if (last?.[0] === second) last[1] += count;
    else this.#arrivals = [...this.#arrivals.filter(([at]) => at > second - kRateOver), [second, count]];
  }

  #slower() {
    this.#pauses += 1;
    return Math.min(kSlowest, 1000 * 2 ** this.#pauses) * (0.5 + Math.random() / 2);
  }

  // Reads until the end. Returns the milliseconds to wait before reconnecting, or -1 to stop.
  async #connect(over: AbortSignal): Promise<number> {
    const asked = token.value;
    const headers = {
      authorization: `Bearer ${asked}`,
      accept: 'text/event-stream',
      ...(this.#last && { 'last-event-id': this.#last }),
    };
    const answer = await fetch(`/v2/handles/${encodeURIComponent(this.#handle)}/live`, {
      headers,
      signal: over,
      cache: 'no-store',
    });
    if (!answer.ok || !answer.body) {
      const fault = faultOf(answer.status, answer.headers, await answer.json().catch(() => null));
      if (answer.status === 401 && asked && asked === token.value) signedOut(fault);
      if (answer.status === 429 || answer.status >= 500)
        return Math.max(this.#slower(), (fault.retryAfter ?? 0) * 1000);
      this.connection.value = {
        state: 'over',
        fault,
        says: fault.message,
      };
      return -1;
    }
    this.connection.value = { state: 'live' };
    this.#pauses = 0;
    const read = eventReader(),
      text = new TextDecoder(),
      reader = answer.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return this.#slower();
      for (const event of read(text.decode(value, { stream: true }))) {
        this.#channel.postMessage({ event });
        if (this.#take(event)) return -1;
      }
    }
  }

  // True if the server ended the feed.
  #take({ name, data, id }: StreamEvent): boolean {
    if (id) this.#last = id;
    const said = JSON.parse(data) as Record<string, unknown>;
    if (name === 'signal') {
      const seen = said as unknown as SignalSeen;
      this.#put({ key: `${seen.sessionId} ${seen.version}`, kind: 'signal', at: seen.at, signal: seen });
    }
    if (name === 'delivery') {
      const delivery = said as unknown as Delivery;
      this.#put({ key: delivery.deliveryId, kind: 'delivery', at: delivery.createdAt, delivery });
    }
    if (name === 'dropped') {
      this.letGo.value += Number(said.count ?? 0);
      this.#arrived(Number(said.count ?? 0));
      this.#changed();
    }
    if (name === 'reset') {
      this.lines = [];
      this.#changed();
    }
    if (name !== 'end') return false;
    void ask(quietly.GET('/v2/auth/me')); // a 401 shows the sign-in form if the sign-in has ended
    this.connection.value = { state: 'over', fault: null, says: `The server ended the feed: ${String(said.reason)}.` };
    return true;
  }

  // A delivery that changed replaces its line.
  #put(line: Line) {
    const before = this.lines.findLastIndex(one => one.key === line.key);
    if (before >= 0) this.lines[before] = line;
    else {
      this.lines.push(line);
      this.#arrived(1);
    }
    if (this.lines.length > kKept) {
      this.letGo.value += this.lines.length - kKept;
      this.lines = this.lines.slice(-kKept);
    }
    this.#changed();
  }

  #changed() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.round.value += 1;
    });
  }
}
