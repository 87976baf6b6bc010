// One evaluation by Beckon compared with json-rules-engine and zen-engine, alternating: the same 100 rules of three
// conditions on one trigger, where only the last matches and where none does; conditions on the session's window, and
// on what is known of a person: a trait, a lifetime counter and the visitor's own window. The others get precomputed
// facts; Beckon's time includes computing them from a full window of 200 signals, packed traits and subtotals.
// Usage: benchmarks/engines.mjs [ROUNDS [SECONDS]]
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(new URL('./engines/package.json', import.meta.url));
const { Engine } = require('json-rules-engine');
const { ZenEngine } = require('@gorules/zen-engine');
const judge = fileURLToPath(new URL('../build/release/rules_turns', import.meta.url));
const rounds = Number(process.argv[2] ?? 5),
  seconds = Number(process.argv[3] ?? 1);

const keys = ['view', 'cart.add', 'search', 'scroll', 'click'];
const now = Date.parse('2026-02-25T12:00:00Z');
const signals = Array.from({ length: 200 }, (_, i) => ({
  key: [...keys, 'purchase', 'support', 'login'][(i * 7) % 8],
  at: now - 10_000 * (200 - i),
}));
const counted = (key, minutes) => signals.filter(s => s.key === key && s.at > now - minutes * 60_000).length;

// A condition: a fact, the value it is to have or the least one, and what Beckon is given instead.
const often = (key, minutes, least, more = {}) => ({
  fact: `${key.replace('.', '_')}_${minutes}m`,
  value: counted(key, minutes),
  least,
  when: { count: { key }, within: `${minutes}m`, atLeast: least, ...more },
});
const traits = { plan: 'pro', seats: 12, country: 'AT', locale: 'de-AT', company: 'Company 7', trial: false };
const orders = signals.filter(s => s.key === 'purchase').length;
// Three per rule; the first two are true, the third only in the last rule, or in none.
const kinds = {
  "the session's window": (i, holds) => [
    often(keys[i % 5], 30, 1 + (i % 7)),
    often('login', 60, 1),
    often('purchase', 60, holds ? 1 : 100 + i),
  ],
  "a person's facts": (i, holds) => [
    { fact: 'plan', value: traits.plan, is: 'pro', when: { trait: 'plan', equals: 'pro' } },
    { fact: 'orders', value: orders, least: 1 + (i % 7), when: { ever: 'orders', count: { atLeast: 1 + (i % 7) } } },
    often('purchase', 60, holds ? 1 : 100 + i, { scope: 'visitor' }),
  ],
};
const rules = (kind, count, matches) =>
  Array.from({ length: count }, (_, i) => kinds[kind](i, matches && i + 1 === count));
const factsOf = all => Object.fromEntries(all.flat().map(({ fact, value }) => [fact, value]));

function beckon(all) {
  const written = all.map((rule, i) => ({
    ruleId: `r${10_000 + i}`,
    triggers: ['t'],
    action: { type: 'popup', payload: {} },
    when: { all: rule.map(({ when }) => when) },
  }));
  const input = JSON.stringify({ now, signals, rules: written, traits, counters: { orders: { key: 'purchase' } } });
  return async () => {
    const [outcome, ns] = execFileSync(judge, [String(seconds)], { input, encoding: 'utf8' })
      .trim()
      .split(' ');
    return { acts: outcome !== '-', ns: Number(ns) };
  };
}

// Runs `resolve` for one turn, and returns the time of a single call.
async function turn(resolve) {
  let acts = false,
    count = 0;
  const begin = process.hrtime.bigint(),
    end = begin + BigInt(seconds * 1e9);
  let at = begin;
  do {
    for (let i = 0; i < 8; ++i) acts = await resolve();
    count += 8;
    at = process.hrtime.bigint();
  } while (at < end);
  return { acts, ns: Number(at - begin) / count };
}

function jsonRules(all) {
  const engine = new Engine(),
    facts = factsOf(all);
  all.forEach((rule, i) =>
    engine.addRule({
      conditions: {
        all: rule.map(({ fact, least, is }) =>
          is === undefined
            ? { fact, operator: 'greaterThanInclusive', value: least }
            : { fact, operator: 'equal', value: is },
        ),
      },
      event: { type: `r${i}` },
      priority: all.length - i,
    }),
  );
  return () => turn(async () => (await engine.run(facts)).events.length > 0);
}

function zen(all) {
  const facts = factsOf(all);
  const inputs = Object.keys(facts).map(field => ({ id: field, name: field, type: 'expression', field }));
  const rows = all.map((rule, i) => ({
    _id: `row${i}`,
    result: `"r${i}"`,
    ...Object.fromEntries(inputs.map(({ id }) => [id, ''])),
    ...Object.fromEntries(
      rule.map(({ fact, least, is }) => [fact, is === undefined ? `>= ${least}` : JSON.stringify(is)]),
    ),
  }));
  const decision = new ZenEngine().createDecision(
    Buffer.from(
      JSON.stringify({
        contentType: 'application/vnd.gorules.decision',
        nodes: [
          { id: 'in', name: 'in', type: 'inputNode', position: { x: 0, y: 0 } },
          {
            id: 'table',
            name: 'table',
            type: 'decisionTableNode',
            position: { x: 1, y: 0 },
            content: {
              hitPolicy: 'first',
              inputs,
              outputs: [{ id: 'result', name: 'result', type: 'expression', field: 'result' }],
              rules: rows,
            },
          },
          { id: 'out', name: 'out', type: 'outputNode', position: { x: 2, y: 0 } },
        ],
        edges: [
          { id: 'a', type: 'edge', sourceId: 'in', targetId: 'table' },
          { id: 'b', type: 'edge', sourceId: 'table', targetId: 'out' },
        ],
      }),
    ),
  );
  return () => turn(async () => (await decision.evaluate(facts)).result.result !== undefined);
}

const median = list => [...list].sort((a, b) => a - b)[list.length >> 1];
for (const kind of Object.keys(kinds))
  for (const matches of [true, false]) {
    const all = rules(kind, 100, matches);
    const engines = {
      beckon: beckon(all),
      'json-rules-engine': jsonRules(all),
      'zen-engine': zen(all),
      'beckon, 1000 rules': beckon(rules(kind, 1000, matches)),
    };
    const took = Object.fromEntries(Object.keys(engines).map(engine => [engine, []]));
    for (let round = 0; round < rounds; ++round) {
      for (const [engine, run] of Object.entries(engines)) {
        const { acts, ns } = await run();
        if (acts !== matches) throw new Error(`${engine} answers otherwise`);
        took[engine].push(ns);
      }
    }
    console.log(`${kind}: ${matches ? 'only the last of 100 rules holds' : 'none of 100 rules holds'}`);
    for (const engine of Object.keys(engines)) {
      const ratio = median(took[engine].map((ns, i) => ns / took.beckon[i]));
      console.log(
        `  ${engine.padEnd(20)} ${median(took[engine]).toFixed(0).padStart(9)} ns a resolve   ${ratio.toFixed(2).padStart(9)} times Beckon's`,
      );
    }
  }
