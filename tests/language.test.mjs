// What conditions can say beyond counting signals, from outside.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Beckon, freshAddress, freshSession } from './kit/beckon.mjs';

let beckon;
before(async () => {
  beckon = await Beckon.start();
});
after(async () => {
  await beckon?.close();
});

const rule = (when, more = {}) => ({ triggers: ['t'], when, action: { type: 'popup' }, ...more });
const put = (id, body) => beckon.as('CREATOR', 'PUT', `/chain-rules/${id}`, body);
const save = async (id, body) => {
  const answer = await put(id, body);
  assert.ok([200, 201].includes(answer.status), answer.text);
  return answer.json;
};
const faults = async body => {
  const answer = await put('r', body);
  assert.equal(answer.status, 400, answer.text);
  return answer.json.details.map(({ field, issue }) => `${field} ${issue}`);
};
const send = async (signals, more = {}) => {
  const sessionId = freshSession();
  const answer = await beckon.chain('signals', { sessionId, signals, ...more }, { from: freshAddress() });
  assert.equal(answer.status, 202, answer.text);
  return sessionId;
};
const decide = async (sessionId, more = {}) => {
  const answer = await beckon.as('CREATOR', 'POST', '/chain/resolve', { sessionId, trigger: 't', ...more });
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};

test('a context field is compared in every way, and the explanation says how', async () => {
  const saved = await save('r', rule({ all: [{ context: 'campaign', startsWith: 'SPRING', fold: true }] }));
  assert.deepEqual(saved.warnings, []);
  const s = await send([{ type: 'view' }]);
  assert.equal((await decide(s, { context: { campaign: 'Spring-7' } })).outcome, 'act');
  const { outcome, explanation } = await decide(s, { context: { campaign: 'autumn' } });
  const [{ measure, wanted, seen, margin }] = explanation[0].conditions;
  assert.deepEqual(
    [outcome, measure, wanted, seen, margin],
    [
      'none',
      'context campaign',
      'starting with spring in any letter case',
      'autumn',
      'campaign starting with spring in any letter case',
    ],
  );
});

test('a comparison that cannot be read is refused, every fault at its place', async () => {
  assert.deepEqual(
    await faults(
      rule({
        all: [
          { context: 'c', above: 'x', before: 'y' },
          { context: 'c', fold: true },
        ],
      }),
    ),
    [
      'when.all[0].above must be a number below 1 trillion',
      'when.all[0].before must be an instant such as "2026-10-01T00:00:00Z"',
      'when.all[1].in is required unless another comparison is given, such as equals',
    ],
  );
});

test('comparisons of one context field that contradict each other are pointed out', async () => {
  const { warnings } = await save(
    'r',
    rule({
      all: [
        { context: 'c', in: ['a', 'b'] },
        { context: 'c', startsWith: 'x' },
      ],
    }),
  );
  assert.deepEqual(
    warnings.map(({ kind, conditions }) => [kind, conditions]),
    [['never_true', ['when.all[0]', 'when.all[1]']]],
  );
});
