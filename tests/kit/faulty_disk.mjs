// A server on a disk that fails on request (faulty_disk.cc, preloaded): it counts syncs and writes, and makes the N-th of
// them fail or kill the process. Unsynced data can then be lost, as in a power failure.
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ops = { sync: 1n, write: 2n };
const hows = { EIO: 5n, ENOSPC: 28n, 'die before': 1000n, 'die behind': 1001n, stall: 1002n };
const forever = (1n << 63n) - 1n;

let library;
function build() {
  const folder = mkdtempSync(join(tmpdir(), 'beckon-disk-'));
  library = join(folder, 'faulty_disk.so');
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  execFileSync(
    'c++',
    ['-std=c++20', '-O1', '-shared', '-fPIC', '-o', library, join(import.meta.dirname, 'faulty_disk.cc'), '-ldl'],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
}

export class FaultyDisk {
  // `loses`: tracks what was synced, so that lose() can be called.
  constructor({ loses = false } = {}) {
    if (!library) build();
    this.aside = mkdtempSync(join(tmpdir(), 'beckon-orders-'));
    this.data = join(this.aside, 'data');
    this.synced = join(this.aside, 'synced');
    mkdirSync(this.data);
    mkdirSync(this.synced);
    writeFileSync(join(this.aside, 'orders'), Buffer.alloc(64));
    this.orders = openSync(join(this.aside, 'orders'), 'r+');
    this.env = {
      LD_PRELOAD: library,
      FAULTY_DISK: this.data,
      FAULTY_DISK_ORDERS: join(this.aside, 'orders'),
      ...(loses && { FAULTY_DISK_SYNCED: this.synced }),
    };
  }

  #number(place) {
    const bytes = Buffer.alloc(8);
    readSync(this.orders, bytes, 0, 8, place * 8);
    return Number(bytes.readBigUInt64LE());
  }
  #order(...numbers) {
    // from `of` on; `of` is written last
    const bytes = Buffer.alloc(32);
    numbers.forEach((number, i) => bytes.writeBigUInt64LE(number, i * 8));
    writeSync(this.orders, bytes, 8, 24, 24);
    writeSync(this.orders, bytes, 0, 8, 16);
  }

  get syncs() {
    return this.#number(0);
  }
  get writes() {
    return this.#number(1);
  }
  get met() {
    return this.#number(6);
  } // number of syncs or writes that failed

  // The n-th `sync` or `write` from the start, or all from then on, meets `how`: EIO, ENOSPC, a kill before or after it,
  // or no return until mend().
  fail(op, n, how, { on = false } = {}) {
    this.#order(ops[op], BigInt(n), on ? forever : BigInt(n), hows[how]);
  }
  mend() {
    this.#order(0n, 0n, 0n, 0n);
  }

  // Simulates a power failure: unsynced bytes and names are lost. With `torn`, each 4 KiB block that was written but not
  // synced is kept or lost at random.
  lose(torn) {
    const names = existsSync(join(this.synced, 'names'))
      ? readFileSync(join(this.synced, 'names'), 'utf8')
          .trim()
          .split('\n')
          .map(line => line.split(' '))
      : [];
    const left = new Map();
    for (const name of readdirSync(this.data)) {
      const path = join(this.data, name);
      left.set(String(statSync(path).ino), { path, there: readFileSync(path) });
    }
    for (const { path } of left.values()) rmSync(path);
    for (const [inode, name] of names) {
      if (name.endsWith('-shm')) continue; // recreated when the file is opened
      const kept = join(this.synced, inode);
      const synced = existsSync(kept) ? readFileSync(kept) : Buffer.alloc(0);
      const { there } = left.get(inode) ?? {};
      if (there || synced.length)
        writeFileSync(join(this.data, name), torn && there ? mixed(synced, there, torn) : synced, { mode: 0o600 });
    }
    rmSync(this.synced, { recursive: true });
    mkdirSync(this.synced);
    return names.map(([, name]) => name);
  }

  close() {
    closeSync(this.orders);
    rmSync(this.aside, { recursive: true, force: true });
  }
}

function mixed(synced, there, random) {
  const size = random() < 0.5 ? synced.length : there.length;
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size; at += 4096) {
    const from = random() < 0.5 ? synced : there;
    if (at < from.length) from.copy(bytes, at, at, at + 4096);
  }
  return bytes;
}

// Numbers from 0 to 1 that follow from a seed (mulberry32).
export function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let x = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}
