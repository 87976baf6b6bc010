// A PostgreSQL server for tests, in a temporary folder, reached by a socket in that folder, and with a port on loopback
// too. As root it runs as nobody. Stopped by its id. BECKON_POSTGRES_PROGRAMS: the folder of its programs, in place of Debian's newest.
import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const installed = '/usr/lib/postgresql';
const newest = () =>
  existsSync(installed)
    ? readdirSync(installed)
        .filter(version => existsSync(join(installed, version, 'bin/postgres')))
        .sort((a, b) => Number(a) - Number(b))
        .at(-1)
    : undefined;

const programs = () => process.env.BECKON_POSTGRES_PROGRAMS ?? join(installed, newest(), 'bin');

export const isInstalled = () => process.env.BECKON_POSTGRES_PROGRAMS !== undefined || newest() !== undefined;
// For tests of the files of a data folder: why they are skipped where the tests run on PostgreSQL.
export const needsFiles = process.env.BECKON_TEST_POSTGRES ? 'it is about the files of a data folder' : false;

const nameFor = data =>
  basename(data)
    .replaceAll(/[^a-zA-Z0-9]/g, '_')
    .toLowerCase();

// The database of a test's server, made if it is not there, where the tests run on PostgreSQL (run.mjs).
export function databaseOf(data) {
  const server = process.env.BECKON_TEST_POSTGRES;
  if (!server) return undefined;
  const name = nameFor(data);
  const where = `${server} dbname=postgres`;
  if (execute(where, `SELECT 1 FROM pg_database WHERE datname = '${name}'`) === '')
    execute(where, `CREATE DATABASE ${name}`);
  return `${server} dbname=${name}`;
}
export function dropDatabaseOf(data) {
  const server = process.env.BECKON_TEST_POSTGRES;
  if (server) execute(`${server} dbname=postgres`, `DROP DATABASE IF EXISTS ${nameFor(data)} WITH (FORCE)`);
}

// Statements on the data of a test's server, in one transaction, as another process would write them.
export function change(data, sql) {
  const where = databaseOf(data);
  if (where) return execute(where, sql);
  const file = new DatabaseSync(join(data, 'beckon.db'));
  file.exec(`BEGIN IMMEDIATE; ${sql}; COMMIT`);
  file.close();
}

// A statement on one of its databases, by psql; returns what it prints.
export function execute(where, sql) {
  const { status, stdout, stderr } = spawnSync('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-c', sql, where], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`psql: ${stderr}`);
  return stdout.trim();
}

// The same without stopping this process meanwhile, and by default for half a minute at most.
export function query(where, sql, { within = 30_000 } = {}) {
  return new Promise((done, refuse) =>
    execFile(
      'psql',
      ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-c', sql, where],
      { encoding: 'utf8', timeout: within, maxBuffer: 1 << 28 },
      (error, stdout, stderr) => (error ? refuse(new Error(`psql: ${stderr || error.message}`)) : done(stdout.trim())),
    ),
  );
}

export class Postgres {
  // `port`: on loopback; by default there is none.
  static async start({ settings = {}, port } = {}) {
    const server = new Postgres(settings, port);
    const local = ['--no-sync', '--auth=trust', '--username=beckon', '--encoding=UTF8', '--locale=C'];
    await server.run('initdb', [...local, '-D', server.data]);
    await server.open();
    return server;
  }

  // A replica of `primary`, which streams from it.
  static async replicaOf(primary, { settings = {}, port } = {}) {
    const server = new Postgres(settings, port);
    const from = ['-h', primary.folder, '-p', String(primary.port), '-U', 'beckon'];
    await server.run('pg_basebackup', [...from, '-D', server.data, '-R', '-X', 'stream', '-c', 'fast', '--no-sync']);
    await server.open();
    return server;
  }

  constructor(settings, port) {
    this.folder = mkdtempSync(join(tmpdir(), 'beckon-postgres-'));
    this.data = join(this.folder, 'data');
    this.port = port ?? 5432;
    this.settings = {
      listen_addresses: port ? '127.0.0.1' : '',
      port: this.port,
      unix_socket_directories: this.folder,
      ...settings,
    };
    if (process.getuid() !== 0) return;
    const id = option => Number(execFileSync('id', [option, 'nobody'], { encoding: 'utf8' }));
    this.user = { uid: id('-u'), gid: id('-g') };
    chownSync(this.folder, this.user.uid, this.user.gid);
  }

  // One of PostgreSQL's programs.
  run(name, args) {
    return new Promise((done, refuse) =>
      execFile(this.program(name), args, { ...this.user, cwd: this.folder }, (error, _, stderr) =>
        error ? refuse(new Error(`${name}: ${stderr}`)) : done(),
      ),
    );
  }

  program(name) {
    return join(programs(), name);
  }
  where(database) {
    return `host=${this.folder} port=${this.port} user=beckon dbname=${database}`;
  }

  async open() {
    const given = Object.entries(this.settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    this.child = spawn(this.program('postgres'), ['-D', this.data, ...given], {
      ...this.user,
      cwd: this.folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.exited = new Promise(done => this.child.once('close', done));
    this.log = '';
    await new Promise((ready, refuse) => {
      this.child.stderr.on('data', part => {
        this.log = (this.log + part).slice(-100_000);
        if (/database system is ready to accept (?:read-only )?connections/.test(this.log)) ready();
      });
      this.exited.then(() => refuse(new Error(`PostgreSQL ended: ${this.log}`)));
    });
  }

  // As after a crash: its processes end at once, without a checkpoint.
  async stopAtOnce() {
    this.child.kill('SIGQUIT');
    await this.exited;
  }

  // A replica becomes a server of its own.
  promote() {
    return this.run('pg_ctl', ['promote', '-D', this.data, '-w']);
  }

  async close() {
    this.child.kill('SIGINT');
    await this.exited;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
