// Rounds of trouble for several nodes under load, drawn by a seed; each ends with a comparison of what its clients
// recorded with what is stored.
import { faultsOfJournal } from '../history.mjs';
import { Cluster } from './cluster.mjs';
import { alone, faultsOfLoss, kinds, small } from './faults.mjs';
import { prepare, Traffic } from './traffic.mjs';

// Numbers from 0 to 1 (mulberry32).
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

// Each of `names` once, in a new order each time, again and again.
function* deck(names, random) {
  for (;;) {
    const left = [...names];
    while (left.length) yield left.splice(Math.floor(random() * left.length), 1)[0];
  }
}

// `rounds` of them within `seconds`; `only`: of these kinds. `tell`: called with a line on each. Ends at the first fault
// if `untilFault`. `plant`: of the cluster. `restarts`: how likely owners are killed before what is stored is read, so
// that it comes from the database. Returns { rounds, counts: kind → how often, faults: sentences, sums }.
export async function run({
  seed,
  rounds,
  seconds = Infinity,
  only,
  tell = () => {},
  untilFault = false,
  plant = {},
  restarts = 0.25,
}) {
  const drawing = randomFrom(seed);
  const most = deck(only ?? Object.keys(kinds).filter(kind => !small.includes(kind)), drawing);
  const others = deck(small, drawing);
  const counts = {};
  const faults = [];
  const sums = { answered: 0, refused: 0, unanswered: 0, stored: 0, lost: 0, arrived: 0, again: 0 };
  const began = performance.now();
  const cluster = await Cluster.start(plant);
  const epochs = new Map(); // shard → the greatest that was seen
  let former = new Map(); // session → its signals at the end of the round before
  let done = 0;
  try {
    await prepare(cluster);
    for (; done < rounds && (performance.now() - began) / 1000 < seconds; done++) {
      // In a hundred rounds each of them comes five times.
      const kind = (!only && done % 7 === 6 ? others : most).next().value;
      const more = !only && !alone.includes(kind) && drawing() < 0.4 ? others.next().value : undefined;
      for (const one of [kind, more]) if (one) counts[one] = (counts[one] ?? 0) + 1;
      const random = randomFrom(seed * 1000 + done);
      const found = [];
      const start = performance.now();
      for (const node of cluster.nodes) node.log = '';
      const traffic = new Traffic(cluster, `r${done}`);
      let told = '';
      try {
        await traffic.begin();
        await traffic.more(60);
        const [did, also] = await Promise.all([
          kinds[kind](cluster, random, traffic),
          more && kinds[more](cluster, random, traffic),
        ]);
        told = `${kind} (${did.told})${more ? `, ${more} (${also.told})` : ''}`;
        await cluster.settled();
        await traffic.more(100);
        await traffic.stop();
        const logs = cluster.nodes.map(({ log }) => log).join('');
        if (did.mayLose || random() < restarts) {
          for (const node of await cluster.owners()) await node.kill();
          await cluster.settled();
        }
        const sum = await traffic.faults(did);
        found.push(...sum.faults);
        if (did.mayLose) {
          const loss = await faultsOfLoss(
            cluster,
            did.mayLose,
            sum.lost.map(({ handle }) => handle),
            logs,
          );
          found.push(...loss.faults);
          told += `; ${sum.lost.length} requests lost, ${loss.told}`;
          await cluster.replaceReplica(did.mayLose);
        } else {
          for (const [session, { handle, signals }] of former) {
            const now = (await traffic.sessionOf(handle, session)).signals.map(({ signalValue }) => signalValue).join();
            if (now !== signals) found.push(`${session} had ${signals}, and has ${now}`);
          }
        }
        former = new Map([...sum.whole].sort(() => random() - 0.5).slice(0, 20));
        sums.stored += sum.stored;
        sums.lost += sum.lost.length;
        sums.arrived += sum.arrived;
        sums.again += sum.again;
        const rows = await cluster.rows(
          'SELECT shard, position, turn, epoch FROM journal ORDER BY shard, position, turn',
        );
        found.push(
          ...faultsOfJournal(
            rows.map(row => {
              const [shard, position, turn, epoch] = row.map(Number);
              return { shard, position, turn, epoch };
            }),
            epochs,
          ),
        );
        for (const [shard, epoch] of (await cluster.rows('SELECT id, epoch FROM shard')).map(row => row.map(Number)))
          if (epoch < (epochs.get(shard) ?? 0))
            found.push(`shard ${shard} has the epoch ${epoch}, after ${epochs.get(shard)}`);
      } catch (error) {
        found.push(`${error.stack}`);
        await traffic.abandon();
      }
      found.push(...cluster.problems.splice(0));
      const time = ((performance.now() - start) / 1000).toFixed(1);
      tell(
        `round ${done}, ${time} s: ${told || kind}${found.length ? `: ${found.length} FAULTS\n${found.slice(0, 8).join('\n')}` : ''}`,
      );
      if (found.length && process.env.PROVE_LOGS) {
        const { writeFileSync } = await import('node:fs');
        for (const { name, log } of cluster.nodes) writeFileSync(`${process.env.PROVE_LOGS}/${done}-${name}.log`, log);
      }
      faults.push(...found.map(fault => `round ${done}, ${told || kind}: ${fault}`));
      if (found.length) {
        if (untilFault) break;
        await cluster.settled().catch(() => {});
      }
    }
    for (const name of ['answered', 'refused', 'unanswered']) sums[name] = cluster[name];
  } finally {
    await cluster.close();
  }
  return { rounds: done, counts, faults, sums };
}
