// Drains a backlog of deliveries with one of the queues, once to warm up and once for the figure.
//   drain.mjs QUEUE COUNT BODY_BYTES URL…     prints deliveries per second, from the start of the
//   worker until all are recorded, and microseconds of CPU for each, of worker and store
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpu } from './cpu.mjs';
import { sent } from './send.mjs';

const [name, count, bytes, urls] = [
  process.argv[2],
  Number(process.argv[3]),
  Number(process.argv[4]),
  process.argv.slice(5),
];
const pids = [process.pid, ...process.env.STORE_PIDS.split(' ')];
const { open } = await import(`./${name}.mjs`);

function delivery(_, i) {
  const id = `evt_${randomUUID()}`;
  const event = {
    id,
    type: 'signal.bench',
    handle: 'bench',
    occurredAt: new Date().toISOString(),
    payload: { metadata: { note: '' } },
  };
  event.payload.metadata.note = 'x'.repeat(bytes - JSON.stringify(event).length);
  return { id, url: urls[i % urls.length], body: JSON.stringify(event) };
}

async function drain(most) {
  const queue = await open();
  for (let added = 0; added < most; added += 500)
    await queue.add(Array.from({ length: Math.min(500, most - added) }, delivery));
  const before = sent(),
    used = cpu(pids),
    began = performance.now();
  const stop = await queue.work();
  // The store is queried only at the end, because queries cost it CPU time.
  while (sent() - before < most || (await queue.recorded()) < most) await sleep(20);
  const seconds = (performance.now() - began) / 1000,
    spent = cpu(pids) - used;
  await stop();
  await queue.close();
  return `${(most / seconds).toFixed(0)} ${(spent / most).toFixed(0)}`;
}

await drain(Math.min(2000, count));
console.log(await drain(count));
process.exit(0);
