// P1 to P4: kill -9 under load, again and again. What was answered 2xx is read back; nothing is read back that was never
// sent; every event owed is delivered in the end, and what came twice came under one webhook-id.
//
// PROVE_KILLS: how many times (5).
import { test } from 'node:test';
import { Beckon, quickRetries } from '../kit/beckon.mjs';
import { Load, allDelivered } from '../kit/load.mjs';

const kills = Number(process.env.PROVE_KILLS ?? 5);

test(`kill -9 under load, ${kills} times: the clients' ledger is what is read back`, { timeout: 300_000 + kills * 60_000 }, async t => {
  const beckon = await Beckon.start({ flags: ['--dev', ...quickRetries] });
  t.after(() => beckon.close());
  // One delivery in ten is refused once, so that retries are under way too when it dies.
  const refusedOnce = new Set();
  const hook = await beckon.subscribe(['signal.kill'], {
    answer: ({ headers }) => {
      const id = headers['webhook-id'];
      if (id.charCodeAt(id.length - 1) % 10 !== 0 || refusedOnce.has(id)) return { status: 200 };
      refusedOnce.add(id);
      return { status: 503 };
    },
  });
  t.after(() => hook.close());

  const load = new Load(beckon, { key: 'kill' });
  const ready = [];
  for (let i = 0; i < kills; i++) {
    await load.more(100 + Math.floor(Math.random() * 400));
    load.down();
    await beckon.kill();
    await beckon.open();
    ready.push(Math.round(beckon.readyAfter));
    load.up();
  }
  await load.more(100);
  await load.stop();

  const stored = await load.readBack();
  await allDelivered(beckon, hook, stored);
  t.diagnostic(`${kills} kills, ${load.acks} answers 2xx, ${load.unanswered} requests without an answer, ${load.ledger.size} signals sent, ${stored.size} stored and delivered; ready again after ${Math.max(...ready)} ms at most`);
});
