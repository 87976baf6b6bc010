// graphile-worker deletes finished jobs, so each attempt is recorded as a row written by its task.
import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import pg from 'pg';
import { concurrency, send } from './send.mjs';

const record = 'INSERT INTO attempt (delivery, at, status, us, response) VALUES ($1, $2, $3, $4, $5)';

export async function open() {
  const connectionString = process.env.DATABASE_URL,
    logger = new Logger(() => () => {});
  const utils = await makeWorkerUtils({ connectionString, logger });
  await utils.migrate();
  const pool = new pg.Pool({ connectionString, max: 20 });
  await pool.query(
    'CREATE TABLE IF NOT EXISTS attempt (delivery text, at bigint, status integer, us integer, response text, PRIMARY KEY (delivery, at))',
  );
  await pool.query('TRUNCATE attempt');
  const deliver = async payload => {
    const { at, status, us, response } = await send(payload);
    await pool.query({ name: 'record', text: record, values: [payload.id, at, status, us, response] });
  };
  return {
    add: jobs => utils.addJobs(jobs.map(payload => ({ identifier: 'deliver', payload, maxAttempts: 10 }))),
    // Finished: recorded, and the job is deleted.
    recorded: async () =>
      Number(
        (
          await pool.query(
            'SELECT (SELECT count(*) FROM attempt) - (SELECT count(*) FROM graphile_worker._private_jobs) AS count',
          )
        ).rows[0].count,
      ),
    async work() {
      const runner = await run({
        connectionString,
        logger,
        noHandleSignals: true,
        taskList: { deliver },
        maxPoolSize: 20,
        preset: {
          worker: {
            concurrentJobs: concurrency,
            localQueue: { size: 4 * concurrency },
            completeJobBatchDelay: 0,
            failJobBatchDelay: 0,
          },
        },
      });
      return () => runner.stop();
    },
    async close() {
      await pool.end();
      await utils.release();
    },
  };
}
