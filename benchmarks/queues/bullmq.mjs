// BullMQ: the result of `send` is stored with the completed job, as the record of its attempt.
import { Queue, Worker } from 'bullmq';
import { concurrency, send } from './send.mjs';

export async function open() {
  const connection = { host: '127.0.0.1', port: Number(process.env.REDIS_PORT), maxRetriesPerRequest: null };
  const queue = new Queue('deliveries', { connection });
  await queue.obliterate({ force: true });
  return {
    add: jobs =>
      queue.addBulk(
        jobs.map(data => ({
          name: 'delivery',
          data,
          opts: { attempts: 10, backoff: { type: 'exponential', delay: 5000 } },
        })),
      ),
    recorded: () => queue.getCompletedCount(),
    async work() {
      const worker = new Worker('deliveries', job => send(job.data), { connection, concurrency });
      return () => worker.close();
    },
    close: () => queue.close(),
  };
}
