// A TCP link that can be cut, held in one direction, slowed down, or closed for new connections; and that knows the
// commits of a node, and the renewals of its lease, among what goes to PostgreSQL.
import { connect, createServer } from 'node:net';

// The end of a transaction in PostgreSQL's protocol: the message Sync.
const sync = Buffer.from([0x53, 0, 0, 0, 4]);
const endsInSync = bytes => bytes.length >= 5 && bytes.subarray(-5).equals(sync);

// Where the last of its messages before Sync begins, the insertion of the journal's rows: what is before it is executed
// by then. Behind all of it, before Sync, if the bytes are not whole messages.
function beforeTheLast(bytes) {
  let at = 0;
  let found = bytes.length - 5;
  while (at + 5 <= bytes.length) {
    if (bytes[at] === 0x42) found = at; // Bind
    at += 1 + bytes.readInt32BE(at + 1);
  }
  return at === bytes.length ? found : bytes.length - 5;
}

class Flow {
  #queue = [];
  #due = 0;
  ended = false;

  constructor(link, way, to) {
    Object.assign(this, { link, way, to });
  }

  push(bytes, wait = 0) {
    const now = performance.now();
    this.#due = Math.max(this.#due, now + wait + (this.way === 'down' ? this.link.delay : 0));
    this.#queue.push({ bytes, due: this.#due });
    this.pump();
  }
  end() {
    this.ended = true;
    this.pump();
  }
  drop() {
    this.#queue = [];
  }
  pump() {
    clearTimeout(this.timer);
    if (this.link.held[this.way]) return;
    while (this.#queue.length > 0) {
      const wait = this.#queue[0].due - performance.now();
      if (wait > 0) {
        this.timer = setTimeout(() => this.pump(), wait);
        return;
      }
      this.to.write(this.#queue.shift().bytes);
    }
    if (this.ended) this.to.end();
  }
}

export class Link {
  held = { up: false, down: false }; // to the server, and back
  delay = 0; // ms, of each answer
  traps = []; // for the next commits, one each: 'request', 'answer', 'late', or { hold: ms }
  caught = {}; // how many of each
  isAway = false; // its server, which refuses connections that this would take
  #pairs = new Set();
  #told = [];

  // From one port of loopback to another.
  static async between(port, target) {
    const link = new Link();
    Object.assign(link, { port, target });
    await link.accept();
    return link;
  }

  // New connections, which are refused otherwise; those that there are stay.
  async accept() {
    if (this.server || this.isAway) return;
    this.server = createServer(socket => this.#connected(socket));
    const { server } = this;
    await new Promise((done, refuse) => server.once('error', refuse).listen(this.port, '127.0.0.1', done));
  }
  refuse() {
    this.server?.close();
    this.server = undefined;
  }

  #connected(client) {
    const server = connect(this.target, '127.0.0.1');
    client.setNoDelay(true);
    server.setNoDelay(true);
    const pair = { client, server, up: new Flow(this, 'up', server), down: new Flow(this, 'down', client) };
    this.#pairs.add(pair);
    client.on('data', bytes => {
      pair.commits ||= bytes.includes('INSERT INTO journal');
      pair.renews ||= bytes.includes('INSERT INTO node');
      // A renewal names the node's address, other statements of its connection do not.
      if (pair.renews && bytes.includes('127.0.0.1:')) this.#told.splice(0).forEach(tell => tell());
      if (pair.commits && this.traps.length > 0 && endsInSync(bytes)) this.#spring(pair, bytes);
      else pair.up.push(bytes);
    });
    server.on('data', bytes => {
      if (pair.isDeaf) this.#destroy(pair);
      else pair.down.push(bytes);
    });
    client.on('end', () => pair.up.end());
    server.on('end', () => pair.down.end());
    for (const [socket, other] of [
      [client, pair.up],
      [server, pair.down],
    ]) {
      socket.on('error', () => {});
      socket.on('close', () => {
        if (pair.isLate) return;
        other.end();
        if (!this.held.up && !this.held.down) this.#pairs.delete(pair);
      });
    }
  }

  #spring(pair, bytes) {
    const trap = this.traps.shift();
    const kind = trap.hold ? 'hold' : trap;
    this.caught[kind] = (this.caught[kind] ?? 0) + 1;
    if (kind === 'request') return this.#destroy(pair);
    if (kind === 'answer') {
      pair.isDeaf = true;
      return pair.up.push(bytes);
    }
    if (kind === 'late') {
      // The node learns that the connection is gone, and the server hears the commit afterwards.
      pair.isLate = true;
      pair.client.destroy();
      setTimeout(() => pair.server.writable && pair.server.write(bytes), 300);
      setTimeout(() => this.#destroy(pair), 2000);
      return;
    }
    const at = beforeTheLast(bytes);
    pair.up.push(bytes.subarray(0, at));
    pair.up.push(bytes.subarray(at), trap.hold);
  }

  #destroy(pair) {
    pair.client.destroy();
    pair.server.destroy();
    this.#pairs.delete(pair);
  }

  // Resolves when a node renews its lease, before the server hears of it; `at` is called then.
  renewal(at) {
    return new Promise(done =>
      this.#told.push(() => {
        at();
        done();
      }),
    );
  }

  get connections() {
    return this.#pairs.size;
  }
  cut() {
    for (const pair of this.#pairs) this.#destroy(pair);
  }
  hold(...ways) {
    for (const way of ways) this.held[way] = true;
  }
  // What was held arrives late.
  release(...ways) {
    for (const way of ways) this.held[way] = false;
    for (const pair of this.#pairs) for (const way of ways) pair[way].pump();
  }
  // All as it should be. What was held arrives late; with `cut` it never does.
  async heal({ cut = false } = {}) {
    if (cut) this.cut();
    Object.assign(this, { delay: 0, traps: [] });
    await this.accept();
    this.release('up', 'down');
  }
  close() {
    this.refuse();
    this.cut();
  }
}
