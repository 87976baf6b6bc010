// pg-boss in batches, each job settled with its own output, which is the record of its attempt.
import { PgBoss } from 'pg-boss';
import pg from 'pg';
import { concurrency, send } from './send.mjs';

export async function open() {
  const connectionString = process.env.DATABASE_URL;
  const boss = new PgBoss({ connectionString, max: 10, supervise: false, schedule: false });
  boss.on('error', console.error);
  await boss.start();
  const name = `deliveries-${process.pid}-${Date.now()}`;
  await boss.createQueue(name, { retryLimit: 10, retryDelay: 5, retryBackoff: true });
  const pool = new pg.Pool({ connectionString, max: 1 });
  const deliver = jobs =>
    Promise.all(
      jobs.map(async ({ id, data }) => {
        try {
          return { id, status: 'completed', output: await send(data) };
        } catch (error) {
          return { id, status: 'failed', output: { message: error.message } };
        }
      }),
    );
  return {
    add: jobs =>
      boss.insert(
        name,
        jobs.map(data => ({ data })),
      ),
    recorded: async () =>
      Number(
        (await pool.query("SELECT count(*) FROM pgboss.job WHERE name = $1 AND state = 'completed'", [name])).rows[0]
          .count,
      ),
    async work() {
      // Four concurrent fetches, so that one batch is sent while another is settled.
      await boss.work(
        name,
        {
          batchSize: concurrency / 4,
          localConcurrency: 4,
          perJobResults: true,
          burstWhenBatchFull: true,
          pollingIntervalSeconds: 0.5,
        },
        deliver,
      );
      return () => boss.offWork(name, { wait: true });
    },
    async close() {
      await pool.end();
      await boss.stop({ graceful: false });
    },
  };
}
