// Random cases of the rule language, judged three times: by the pure core alone (core_judge), by the running server over
// HTTP, and by the reference evaluator (rule_cases).
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Beckon, root } from './beckon.mjs';

const program = name => join(root, 'build/release', name);

const output = (command, ...args) =>
  new Promise((done, refuse) => execFile(command, args, (error, out) => (error ? refuse(error) : done(out))));

/** The libraries that the pure core is linked with, as names without their versions. */
export const coreLibraries = async () =>
  (await output('ldd', program('core_judge')))
    .match(/^\s*\S+/gm)
    .map(name => name.trim().replace(/^.*\/|\.so.*$/g, ''));

/** What the core takes from these libraries: functions and objects by name, without versions. */
export const coreNeeds = async () =>
  (await output('nm', '--dynamic', '--undefined-only', '--demangle', program('core_judge')))
    .match(/(?<=^\s+[Uw] ).+$/gm)
    .map(name => name.replace(/@.*$/, ''));

/** `sets` random rule sets with `perSet` cases each: what was given, and what the core answers. */
async function* judged(seed, sets) {
  const cases = spawn(program('rule_cases'), [seed, sets, Date.now() - 60_000], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const core = spawn(program('core_judge'), { stdio: ['pipe', 'pipe', 'inherit'] });
  core.stdin.on('error', () => {}); // it has ended, and a line that it should have written is missing
  const given = createInterface({ input: cases.stdout })[Symbol.asyncIterator]();
  const answers = createInterface({ input: core.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value } = await given.next();
    if (value === undefined) return undefined;
    const read = JSON.parse(value);
    core.stdin.write(`${JSON.stringify(read)}\n`); // its numbers as the server is given them: not 9e14
    return read;
  };
  try {
    const shared = await next();
    for (let set; (set = await next()) !== undefined; )
      yield { shared, ...set, answers: JSON.parse((await answers.next()).value) };
  } finally {
    cases.kill();
    core.kill();
  }
}

const inWords = ({ outcome, ruleId, variant, action }) =>
  `${outcome} ${ruleId ?? ''}/${variant ?? ''} ${action?.type ?? ''}`;
const ok = (answer, ...statuses) => assert.ok(statuses.includes(answer.status), answer.text);

async function giveSignals(beckon, visitors) {
  const signals = visitors.flatMap(({ visitorId, sessions }) =>
    sessions.flatMap(({ sessionId, signals: own }) =>
      own.map(signal => ({ ...signal, sessionId, ...(visitorId ? { visitorId } : {}) })),
    ),
  );
  for (let i = 0; i < signals.length; i += 500)
    ok(await beckon.as('OPERATOR', 'POST', '/chain/import', { signals: signals.slice(i, i + 500) }), 202);
}

/** Plays `sets` sets from `seed` on; how many cases there were, by outcome. Throws at the first that differs. */
export async function playCases(seed, sets) {
  const counts = {};
  const beckon = await Beckon.start();
  try {
    for await (const { shared, rules, visitors, answers } of judged(seed, sets)) {
      const { scores, retention, zone } = shared;
      ok(await beckon.as('OWNER', 'PUT', '/settings', { scores, retention, zone }), 200);
      for (const { ruleId, ...rule } of rules)
        ok(await beckon.as('CREATOR', 'PUT', `/chain-rules/${ruleId}`, rule), 200, 201);
      await giveSignals(beckon, visitors);
      const asks = visitors.flatMap(({ visitorId, asks: own }) => own.map(ask => ({ ...ask, visitorId })));
      for (const [i, { sessionId, visitorId, context, triggers, at, expected, longest }] of asks.entries()) {
        const answer = await beckon.as('OPERATOR', 'POST', `/chain/prefetch?at=${at}`, {
          sessionId,
          triggers,
          context,
          ...(visitorId ? { visitorId } : {}),
        });
        ok(answer, 200);
        for (const [t, trigger] of triggers.entries()) {
          const core = answers[i][t];
          const where = `seed ${seed}, ${sessionId} at ${new Date(at).toISOString()}, trigger ${trigger}`;
          const { outcome, ruleId, variant, action, expiresAt, explanation } = answer.json.decisions[t];
          assert.equal(inWords(core), expected[t], `the core against the reference: ${where}`);
          assert.ok(Date.parse(core.expiresAt) <= at + longest[t], `valid for too long: ${where}`);
          assert.deepEqual(
            { outcome, ruleId, variant, action, expiresAt, explanation },
            core,
            `the server against the core: ${where}`,
          );
          counts[outcome] = (counts[outcome] ?? 0) + 1;
        }
      }
    }
  } finally {
    await beckon.close();
  }
  return counts;
}
