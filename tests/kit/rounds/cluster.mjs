// Nodes over a PostgreSQL server and its replica, whose every connection to the database and to one another goes over a
// link (kit/link). What the nodes say of themselves is not asked: who owns what is read from the tables.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { Beckon, binary, plain } from '../beckon.mjs';
import { canSetClocks, clockLibrary, settableClock } from '../clock.mjs';
import { Link } from '../link.mjs';
import { freePort } from '../port.mjs';
import { Postgres, query } from '../postgres.mjs';
import { until } from '../wait.mjs';

const settings = {
  fsync: 'off', // no power is lost here
  max_connections: 150,
  wal_keep_size: '512MB',
  shared_buffers: '64MB',
  wal_retrieve_retry_interval: '200ms',
};
// So that each round has checkpoints, retries and nothing that only its rate keeps from being answered.
const flags = [
  ...['--address-signals-per-minute', '10000000', '--address-decisions-per-minute', '10000000'],
  ...['--session-signals-per-minute', '100000', '--log-requests', 'errors', '--log-attempts', 'false', '--admit-http'],
  ...['--retry-schedule', '100ms,200ms,400ms,1s,2s,4s', '--circuit-failures', '100000', '--journal-tail', '16KiB'],
];
const patience = 5000; // ms, of a client

// Answers 503 to requests with which nothing was done: no node has taken them up, or their commit was rolled back.
const definite =
  /storage is busy|overloaded|storage does not answer|storage is full|Too many|No node owns|does not reach the database|has taken over|shutting down|waited for too long/;

export class Cluster {
  handles = ['acme', 'bravo', 'corps', 'delta'];
  nodes = [];
  problems = []; // sentences
  answered = 0;
  refused = 0;
  unanswered = 0;
  #tokens = new Map();
  #ports = new Map();

  // `under`: variables for the nodes alone. `alter`: a change of the tables.
  static async start({ count = 3, under = {}, alter = '' } = {}) {
    const cluster = new Cluster();
    try {
      await cluster.#start(count, under, alter);
      return cluster;
    } catch (error) {
      await cluster.close();
      throw error;
    }
  }

  async #start(count, under, alter) {
    this.under = under;
    this.folder = mkdtempSync(join(tmpdir(), 'beckon-cluster-'));
    this.keyFile = join(this.folder, 'master.key');
    writeFileSync(this.keyFile, randomBytes(32).toString('base64'), { mode: 0o600 });
    this.ports = [await freePort(), await freePort()];
    this.primary = await Postgres.start({ settings, port: this.ports[0] });
    await query(this.primary.where('postgres'), 'CREATE DATABASE beckon');
    await this.#addReplica();
    for (let i = 1; i <= count; i++) await this.#add(`n${i}`);
    // A node makes the tables; then the address of each node becomes that of its link.
    await this.nodes[0].open();
    await this.sql(`
      CREATE SCHEMA links; CREATE TABLE links.way (address text PRIMARY KEY, link text);
      CREATE FUNCTION links.address() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        NEW.address := coalesce((SELECT w.link FROM links.way w WHERE w.address = NEW.address), NEW.address);
        RETURN NEW; END $$;
      CREATE TRIGGER links BEFORE INSERT OR UPDATE ON node FOR EACH ROW EXECUTE FUNCTION links.address(); ${alter}`);
    for (const name of this.handles) await this.command('handle', 'add', name, '--owner', 'ada@example.com');
    await this.nodes[0].stop();
    for (const node of this.nodes) await this.open(node);
    await this.settled();
    const shards = await this.sql('SELECT handle, shard FROM handle');
    this.shardOf = new Map(shards.split('\n').map(line => line.split('|')));
    const allowed = await this.ask(this.nodes[0], 'PUT', '/v2/platform-admin/allowlist', {
      body: { handles: ['*'], egress: ['127.0.0.0/8'] },
      token: await this.token('PLATFORM_ADMIN'),
    });
    if (allowed.status !== 200) throw new Error(`the allowlist was refused: ${allowed.text}`);
  }

  sql(text, options) {
    return query(this.primary.where('beckon'), text, options);
  }
  async rows(text) {
    const out = await this.sql(text);
    return out === '' ? [] : out.split('\n').map(line => line.split('|'));
  }

  // A command of the binary on the database, past all links.
  command(...args) {
    const env = { ...plain, BECKON_DATABASE: this.primary.where('beckon'), BECKON_MASTER_KEY_FILE: this.keyFile };
    // A token of two hours ago is good for a node whose clock is an hour off, either way.
    if (args[0] === 'token' && canSetClocks)
      Object.assign(env, { LD_PRELOAD: clockLibrary, FAKETIME: '-2h', DONT_FAKE_MONOTONIC: '1' });
    return new Promise((done, refuse) =>
      execFile(binary, [...args, '--data', this.folder], { env }, (error, out, err) =>
        error ? refuse(new Error(`beckon ${args.join(' ')}: ${err}`)) : done(out.trim()),
      ),
    );
  }
  token(role, handle = '') {
    const key = `${role} ${handle}`;
    if (!this.#tokens.has(key))
      this.#tokens.set(
        key,
        this.command(
          'token',
          '--ttl',
          '20h',
          ...(handle ? ['--handle', handle, '--role', role] : ['--platform-admin']),
        ),
      );
    return this.#tokens.get(key);
  }

  // The ports of a node are its own until the end.
  async #add(name) {
    if (!this.#ports.has(name)) this.#ports.set(name, await Promise.all(Array.from({ length: 5 }, freePort)));
    const [port, nodePort, wayPort, ...ports] = this.#ports.get(name);
    const node = new Beckon();
    Object.assign(node, { name, port, nodePort });
    node.ways = await Promise.all(ports.map((from, i) => Link.between(from, this.ports[i]))); // to the database
    node.way = await Link.between(wayPort, nodePort); // of the other nodes to this one
    node.data = mkdtempSync(join(tmpdir(), 'beckon-node-'));
    node.base = `http://127.0.0.1:${node.port}`;
    node.flags = ['--node', name, '--node-listen', `127.0.0.1:${node.nodePort}`, ...flags];
    node.runner = [];
    node.env = {
      BECKON_DATABASE: `host=127.0.0.1,127.0.0.1 port=${ports.join()} user=beckon dbname=beckon`,
      BECKON_MASTER_KEY_FILE: this.keyFile,
    };
    node.plainly = { PGAPPNAME: name, ...this.under };
    node.under = node.plainly;
    node.agent = new Agent({ keepAlive: true, maxSockets: 64 });
    this.nodes.push(node);
    return node;
  }
  async add(name) {
    const node = await this.#add(name);
    await this.open(node);
    return node;
  }
  async remove(node) {
    this.nodes = this.nodes.filter(one => one !== node);
    await this.#closeNode(node);
  }
  async #closeNode(node) {
    if (this.isRunning(node)) {
      node.child.kill('SIGCONT');
      await node.kill();
    }
    node.agent.destroy();
    for (const link of [...node.ways, node.way]) link.close();
    rmSync(node.data, { recursive: true, force: true });
  }

  // Ends a server of the database as in a crash, and starts it again after a while.
  async crash(server, away) {
    await server.stopAtOnce();
    await this.reachable(server.port, false);
    await pass(away);
    await server.open();
    await this.reachable(server.port, true);
    await this.streams();
  }

  // Starts a node's process, again where the database was away meanwhile; `clock`: hours from the true time, which set() changes.
  async open(node, { clock } = {}) {
    node.under = node.plainly;
    if (clock !== undefined) {
      const { set, env } = settableClock(join(node.data, 'clock'), clock);
      node.set = set;
      node.under = { ...node.plainly, ...env };
    }
    if (!node.isKnown)
      await this.sql(`INSERT INTO links.way VALUES ('127.0.0.1:${node.nodePort}', '127.0.0.1:${node.way.port}')
        ON CONFLICT (address) DO NOTHING`);
    node.isKnown = true;
    await until(
      'the node has started',
      async () => {
        try {
          await node.open();
          return true;
        } catch (error) {
          if (!/database cannot be reached|storage is busy/.test(error.message)) throw error;
          return false;
        }
      },
      60_000,
    );
    const { child } = node;
    node.exited.then(({ code, signal }) => {
      if (!node.asked && node.child === child)
        this.problems.push(`${node.name} ended by itself (${code ?? signal}): ${node.log.slice(-1500)}`);
    });
  }

  isRunning(node) {
    return node.child !== undefined && node.child.exitCode === null && node.child.signalCode === null;
  }
  // The nodes that own shards, by the database.
  async owners() {
    const rows = await this.rows(
      'SELECT DISTINCT n.name FROM shard s JOIN node n ON n.incarnation = s.owner WHERE n.until > clock_timestamp()',
    );
    return rows.map(([name]) => this.nodes.find(node => node.name === name)).filter(Boolean);
  }

  // One request of a client, which gives up after a while: { status, json, text, began, ended, outcome } (kit/history).
  // Problems are noted here: an answer 5xx but 503 with Retry-After, or a status beside 2xx that is not in `expected`.
  ask(node, method, path, { body, token, expected = [] } = {}) {
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers = bytes ? { 'content-type': 'application/json', 'content-length': bytes.length } : {};
    if (token) headers.authorization = `Bearer ${token}`;
    const began = performance.now();
    return new Promise(done => {
      const finish = (status, all, text) => {
        const answer = { status, text, began, ended: performance.now(), outcome: 'unknown', node: node.name };
        if (status === 0) this.unanswered += 1;
        else {
          try {
            answer.json = JSON.parse(text);
          } catch {
            // 204, and what is no JSON
          }
          if (status < 300) answer.outcome = 'ok';
          else if (status === 503 && definite.test(text)) answer.outcome = 'refused';
          if (status === 503) this.refused += 1;
          else this.answered += 1;
          const isRight =
            status < 300 || expected.includes(status) || (status === 503 && Number(all['retry-after']) >= 1);
          if (!isRight)
            this.problems.push(`${node.name} answered ${method} ${path} with ${status}: ${text.slice(0, 300)}`);
        }
        done(answer);
      };
      const sent = request(
        node.base + path,
        { method, headers, agent: node.agent, signal: AbortSignal.timeout(patience) },
        answer => {
          const parts = [];
          answer.on('data', part => parts.push(part));
          answer.on('error', () => finish(0, {}, ''));
          answer.on('end', () => finish(answer.statusCode, answer.headers, Buffer.concat(parts).toString()));
        },
      );
      sent.on('error', () => finish(0, {}, ''));
      sent.end(bytes);
    });
  }

  // A server of the database that has ended refuses connections, which its links would take otherwise.
  async reachable(port, isReachable) {
    for (const link of this.nodes.flatMap(({ ways }) => ways))
      if (link.target === port) {
        link.isAway = !isReachable;
        if (isReachable) await link.accept();
        else {
          link.refuse();
          link.cut();
        }
      }
  }

  async #addReplica() {
    const port = this.ports.find(one => one !== this.primary.port);
    this.replica = await Postgres.replicaOf(this.primary, { settings, port });
    await this.reachable(port, true);
    await query(this.replica.where('postgres'), 'ALTER SYSTEM RESET synchronous_standby_names');
    await query(this.replica.where('postgres'), 'SELECT pg_reload_conf()');
    await this.streams();
  }
  streams() {
    return until(
      'the replica follows',
      async () => (await this.sql("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")) === '1',
      60_000,
    );
  }
  // Whether commits wait for the replica.
  async waitForReplica(isSynchronous) {
    await this.sql(`ALTER SYSTEM SET synchronous_standby_names = '${isSynchronous ? '*' : ''}'`);
    await this.sql('SELECT pg_reload_conf()');
    const wanted = isSynchronous ? 'sync' : 'async';
    await until(
      `the replica is ${wanted}`,
      async () => (await this.sql('SELECT sync_state FROM pg_stat_replication')) === wanted,
      30_000,
    );
  }
  async senders() {
    return (await this.rows('SELECT pid FROM pg_stat_replication')).map(([pid]) => Number(pid));
  }
  // The newest position of each shard in the journal of a server.
  async ends(server = this.primary) {
    const rows = await query(server.where('beckon'), 'SELECT shard, max(position) FROM journal GROUP BY shard');
    return new Map(
      rows
        .split('\n')
        .filter(Boolean)
        .map(line => line.split('|').map(Number)),
    );
  }
  // The primary ends as in a crash, and the replica takes its place. Returns the former primary, which has ended.
  async promote(senders = []) {
    const former = this.primary;
    former.child.kill('SIGQUIT');
    await this.reachable(former.port, false);
    for (const pid of senders) process.kill(pid, 'SIGKILL'); // it stands still, and would be waited for
    await former.exited;
    await until(
      'the replica has caught up with what it got',
      async () =>
        (await query(this.replica.where('beckon'), 'SELECT pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()')) ===
        't',
      10_000,
    ).catch(() => {}); // it got half a record
    former.endsOfReplica = await this.ends(this.replica);
    await this.replica.promote();
    this.primary = this.replica;
    return former;
  }
  async replaceReplica(former) {
    await former.close();
    await this.#addReplica();
  }

  // Ends every trouble that there may still be, and waits until all nodes serve and every shard has an owner.
  async settled() {
    for (const node of this.nodes) {
      node.isTaken = false;
      node.isAvoided = false;
      for (const link of [...node.ways, node.way]) await link.heal();
      if (this.isRunning(node)) node.child.kill('SIGCONT');
      else await this.open(node);
    }
    await until(
      'every node serves',
      async () => {
        for (const node of this.nodes) {
          const { status } = await this.ask(node, 'GET', '/v2/system/ready');
          if (status !== 200) return false;
        }
        return true;
      },
      60_000,
    );
    await until(
      'every shard has an owner',
      async () =>
        (await this.sql(`SELECT count(*) FROM shard s JOIN node n ON n.incarnation = s.owner
          WHERE n.until > clock_timestamp()`)) === '32',
      30_000,
    );
  }

  async close() {
    for (const node of this.nodes) await this.#closeNode(node);
    await this.replica?.close();
    await this.primary?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
