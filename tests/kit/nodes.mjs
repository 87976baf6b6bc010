// Several nodes over one database of a PostgreSQL server, as processes of their own with one master key.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Beckon } from './beckon.mjs';
import { call } from './http.mjs';
import { Metrics } from './metrics.mjs';
import { freePort } from './port.mjs';
import { execute } from './postgres.mjs';
import { until } from './wait.mjs';

let made = 0;

export class Nodes {
  all = [];
  #turn = 0;
  handle = 'acme';

  // `flags`: of every node. `count`: how many.
  static async start(postgres, { count = 3, flags = [], each = () => [] } = {}) {
    const nodes = new Nodes();
    const name = `nodes${process.pid}_${++made}`;
    execute(postgres.where('postgres'), `CREATE DATABASE ${name}`);
    nodes.where = postgres.where(name);
    nodes.folder = mkdtempSync(join(tmpdir(), 'beckon-nodes-'));
    nodes.keyFile = join(nodes.folder, 'master.key');
    writeFileSync(nodes.keyFile, randomBytes(32).toString('base64'), { mode: 0o600 });
    nodes.flags = ['--address-signals-per-minute', '1000000', '--log-requests', 'errors', ...flags];
    for (let i = 1; i <= count; i++) {
      await nodes.add(`n${i}`, each(i));
      if (i === 1) await nodes.any.command('handle', 'add', nodes.handle, '--owner', 'ada@example.com');
    }
    await until('the handle is there', async () => (await nodes.any.signal('first', { type: 'first' })).status === 202);
    return nodes;
  }

  async add(name, flags = []) {
    const metricsPort = await freePort();
    const node = await Beckon.start({
      flags: ['--node', name, '--metrics-listen', `127.0.0.1:${metricsPort}`, ...this.flags, ...flags],
      env: { BECKON_DATABASE: this.where, BECKON_MASTER_KEY_FILE: this.keyFile },
      under: { PGAPPNAME: name }, // so that the database knows whose connection is whose
    });
    Object.assign(node, { name, metricsPort, handle: this.handle });
    this.all.push(node);
    return node;
  }

  async close() {
    for (const node of this.all) {
      node.asked = true;
      await node.close();
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  get running() {
    return this.all.filter(({ child }) => child.exitCode === null && child.signalCode === null);
  }
  get any() {
    return this.running[0];
  }

  // How many lanes of shards a node owns, as it says itself.
  async lanes(node) {
    const { json } = await node.call('GET', '/v2/system/health');
    return json.lanes;
  }
  async metrics(node) {
    const { text } = await call('GET', `http://127.0.0.1:${node.metricsPort}/metrics`);
    return new Metrics(text);
  }

  // The lanes of each running node, once they are divided evenly.
  divided(nodes = this.running) {
    return until(
      'the lanes are divided',
      async () => {
        const counts = await Promise.all(nodes.map(node => this.lanes(node).catch(() => -1)));
        const sum = counts.reduce((all, one) => all + one, 0);
        return sum === 8 && Math.max(...counts) - Math.min(...counts) <= 1 ? counts : false;
      },
      60_000,
    );
  }
  laneOf(handle = this.handle) {
    return Number(execute(this.where, `SELECT shard / 4 FROM handle WHERE handle = '${handle}'`));
  }
  // The name of the node whose process owns a lane; empty if there is none.
  nameOfOwner(lane) {
    return execute(
      this.where,
      `SELECT n.name FROM shard s JOIN node n ON n.incarnation = s.owner WHERE s.id = ${lane * 4}`,
    );
  }
  // The running node that owns the data of a handle; those in `but` do not count.
  owner(but = [], handle = this.handle) {
    const lane = this.laneOf(handle);
    return until('a node owns the data', () => {
      const name = this.nameOfOwner(lane);
      return this.running.find(node => node.name === name && !but.includes(node));
    });
  }
  ready(nodes = this.running) {
    return until('every node serves', async () => {
      for (const node of nodes) {
        const { status } = await node.call('GET', '/v2/system/ready').catch(() => ({}));
        if (status !== 200) return false;
      }
      return true;
    });
  }

  // A client's way in: each request goes to the next of these nodes that runs.
  door(nodes = this.all) {
    const next = () => {
      const running = nodes.filter(node => this.running.includes(node));
      return running[this.#turn++ % running.length];
    };
    return { chain: (...given) => next().chain(...given), as: (...given) => next().as(...given) };
  }
}
