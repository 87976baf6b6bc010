// A server for one test file: the real binary on a free loopback port with a fresh data folder.
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { call, raw } from './http.mjs';
import { freePort } from './port.mjs';
import { databaseOf, dropDatabaseOf } from './postgres.mjs';
import { receiver } from '../../examples/receiver/receiver.mjs';
import { Log } from './wait.mjs';

export const root = resolve(import.meta.dirname, '../..');
export const binary = resolve(process.env.BECKON ?? join(root, 'build/beckon'));

// Flags with which a delivery's two retries finish within a second.
export const quickRetries = ['--retry-schedule', '100ms,200ms'];

// The tests' environment without server settings.
export const plain = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('BECKON_')));

let addresses = 0;
// An unused client address, for limits per address.
export const freshAddress = () => {
  addresses += 1;
  return `127.${64 + (process.pid % 128)}.${(addresses >> 8) + 1}.${addresses & 255}`;
};

let names = 0;
export const freshSession = (prefix = 's') => `${prefix}-${process.pid}-${(names += 1)}`;

export class Beckon {
  #tokens = new Map();
  handle = 'demo';

  // flags: those of `serve` after --data and --listen. port: a free one, if another must know it before. env: BECKON_* variables. under: variables for the server alone;
  // runner: a command that runs it, such as taskset. tls: the certificates that it serves, and who has signed them (kit/certificates).
  static async start({
    flags = ['--dev'],
    tls,
    env = {},
    under = {},
    runner = [],
    data = mkdtempSync(join(tmpdir(), 'beckon-test-')),
    port,
  } = {}) {
    const server = new Beckon();
    Object.assign(server, {
      flags: [...flags, ...(tls?.flags ?? [])],
      env,
      under,
      runner,
      data,
      port: port ?? (await freePort()),
    });
    const database = databaseOf(data);
    if (database) server.env = { BECKON_DATABASE: database, ...env };
    server.ca = tls?.ca;
    server.base = `${tls ? 'https' : 'http'}://127.0.0.1:${server.port}`;
    await server.open();
    return server;
  }

  // Starts the process and waits for its line `ready http://…`, or `ready https://…`.
  async open() {
    const [program, ...args] = [
      ...this.runner,
      binary,
      'serve',
      '--data',
      this.data,
      '--listen',
      `127.0.0.1:${this.port}`,
      ...this.flags,
    ];
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...plain, ...this.env, ...this.under },
    });
    this.child = child;
    this.asked = false;
    this.output = '';
    this.log = '';
    this.exited = new Promise(done => child.once('close', (code, signal) => done({ code, signal })));
    child.stderr.on('data', part => {
      this.log = (this.log + part).slice(-1_000_000);
    });
    const began = performance.now();
    await new Promise((ready, refuse) => {
      const late = setTimeout(() => {
        child.kill('SIGKILL'); // or the test file would never end
        refuse(new Error(`the server was not ready within 60 s: ${this.log.slice(-2000)}`));
      }, 60_000);
      child.once('error', refuse);
      child.stdout.on('data', part => {
        this.output += part;
        if (/^ready https?:\/\/\S+$/m.test(this.output)) {
          clearTimeout(late);
          ready();
        }
      });
      this.exited.then(({ code, signal }) => {
        clearTimeout(late);
        refuse(new Error(`the server ended (${code ?? signal}) before it was ready: ${this.log.slice(-2000)}`));
      });
    });
    this.readyAfter = performance.now() - began;
  }

  async kill() {
    this.asked = true;
    this.child.kill('SIGKILL');
    return this.exited;
  }
  async stop() {
    this.asked = true;
    this.child.kill('SIGTERM');
    return this.exited;
  }

  // The end of a test file: stops the process and deletes its folder. Fails if the process had already ended unexpectedly.
  async close() {
    const gone = this.child.exitCode !== null || this.child.signalCode !== null;
    if (!gone) await this.kill();
    rmSync(this.data, { recursive: true, force: true });
    dropDatabaseOf(this.data);
    if (gone && !this.asked)
      throw new Error(
        `the server ended by itself (${this.child.exitCode ?? this.child.signalCode}): ${this.log.slice(-6000)}`,
      );
  }

  // Any other command of the binary; resolves to { code, out, err }.
  cli(...args) {
    return new Promise(done =>
      execFile(binary, args, { env: { ...plain, ...this.env }, maxBuffer: 1 << 24 }, (error, out, err) =>
        done({ code: error ? (error.code ?? 1) : 0, out: out.trim(), err: err.trim() }),
      ),
    );
  }

  // The same on the server's own data; resolves to what it prints, and throws if it fails.
  async command(...args) {
    const { code, out, err } = await this.cli(...args, '--data', this.data);
    if (code !== 0) throw new Error(`beckon ${args.join(' ')} failed: ${err}`);
    return out;
  }
  // A user with a password.
  async addUser(email, password) {
    const file = join(this.data, 'password');
    writeFileSync(file, password);
    await this.command('user', 'add', email);
    await this.command('user', 'password', email, '--password-file', file);
  }

  // `beckon demo` on this server, at once.
  async demo(role, shoppers, ...more) {
    const given = ['--base', this.base, '--token', await this.token(role), '--shoppers', String(shoppers)];
    return this.cli('demo', ...given, '--per-second', '500', ...more);
  }

  async token(role = 'OPERATOR', handle = this.handle) {
    const key = `${role} ${handle}`;
    if (!this.#tokens.has(key)) {
      const who = role === 'PLATFORM_ADMIN' ? ['--platform-admin'] : ['--handle', handle, '--role', role];
      this.#tokens.set(key, await this.command('token', ...who));
    }
    return this.#tokens.get(key);
  }

  forgetTokens() {
    this.#tokens.clear();
  } // the clock was set: they are from another time

  call(method, path, options) {
    return call(method, this.base + path, this.ca ? { ca: this.ca, ...options } : options);
  }
  raw(bytes, options) {
    return raw(this.port, bytes, options);
  }

  // As a role on the handle: as('OPERATOR', 'GET', '/webhooks') asks /v2/handles/{handle}/webhooks.
  async as(role, method, path, body, options = {}) {
    return this.call(method, `/v2/handles/${this.handle}${path}`, { body, token: await this.token(role), ...options });
  }
  async admin(method, path, body) {
    return this.call(method, `/v2/platform-admin${path}`, { body, token: await this.token('PLATFORM_ADMIN') });
  }

  // One of the public chain routes.
  chain(what, body, options) {
    return this.call('POST', `/v2/public/chain/${what}`, { body: { handle: this.handle, ...body }, ...options });
  }
  signal(sessionId, ...signals) {
    return this.chain('signals', { sessionId, signals }, { from: freshAddress() });
  }

  // Raises the handle's limit of signals per session and minute.
  async widen() {
    const { status, text } = await this.as('OWNER', 'PUT', '/settings', {
      limits: { sessionSignalsPerMinute: 100_000 },
    });
    if (status !== 200) throw new Error(`the settings were refused: ${text}`);
  }

  // A subscription with its own receiver: { id, secret, url, log, close }. `answer(delivery)` chooses the responses.
  async subscribe(eventTypes = ['*'], { path = '/hook', answer, more = {} } = {}) {
    const log = new Log();
    let secret;
    const here = await receiver({ secret: () => secret, answer, onDelivery: delivery => log.add(delivery) });
    const made = await this.as('OPERATOR', 'POST', '/webhooks', { endpointUrl: here.url + path, eventTypes, ...more });
    if (made.status !== 201) throw new Error(`no subscription: ${made.status} ${made.text}`);
    secret = made.json.secret;
    return {
      id: made.json.subscriptionId,
      secret,
      url: here.url,
      log,
      made: made.json,
      connections: here.connections,
      close: here.close,
    };
  }
}
