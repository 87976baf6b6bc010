// The examples of docs/rules.md, given to a real server: each is taken, and none draws a warning of its own.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Beckon, root } from './kit/beckon.mjs';
import { tzdataIsOutdated } from './kit/tzdata.mjs';

let beckon;
before(async () => {
  beckon = await Beckon.start();
  const settings = { scores: { intent: { weights: { view: 0.1, cart: 0.5 }, halfLife: '1d' } } };
  const answer = await beckon.as('OWNER', 'PUT', '/settings', settings);
  assert.equal(answer.status, 200, answer.text);
  const counter = await beckon.as('CREATOR', 'PUT', '/counters/orders', { key: 'purchase', field: 'amount' });
  assert.equal(counter.status, 201, counter.text);
});
after(async () => {
  await beckon?.close();
});

const examples = [...readFileSync(join(root, 'docs/rules.md'), 'utf8').matchAll(/^```json\n(.*?)^```$/gms)].map(
  ([, text]) => JSON.parse(text),
);
const rules = examples.map(example =>
  example.triggers ? example : { triggers: ['t'], when: { all: [example] }, action: { type: 'x' } },
);

test('every example is taken without a warning about the rule, and comes back as it was given', async () => {
  assert.equal(rules.filter(rule => rule.ruleId).length, 22, 'the first two and twenty recipes');
  // The example of a decision counts those of this one.
  const welcome = rules.find(rule => rule.ruleId === 'welcome');
  assert.equal((await beckon.as('CREATOR', 'PUT', '/chain-rules/welcome', welcome)).status, 201);
  for (const rule of rules) {
    const id = rule.ruleId ?? 'measure';
    const put = await beckon.as('CREATOR', 'PUT', `/chain-rules/${id}`, rule);
    assert.equal(put.status, rule === welcome ? 200 : 201, `${id}: ${put.text}`);
    const expected = rule.active?.zone && tzdataIsOutdated() ? ['outdated_time_zone'] : [];
    assert.deepEqual(
      put.json.warnings.map(({ kind }) => kind),
      expected,
      id,
    );
    const { json } = await beckon.as('CREATOR', 'GET', `/chain-rules/${id}`);
    // A split says to whom it gives its variants.
    const saved = rule.split ? { ...rule, split: { unit: 'visitor', sticky: true, ...rule.split } } : rule;
    for (const [name, value] of Object.entries(saved)) assert.deepEqual(json[name], value, `${id}.${name}`);
    if (rule === welcome) continue;
    assert.equal((await beckon.as('CREATOR', 'DELETE', `/chain-rules/${id}`)).status, 204);
  }
  assert.equal((await beckon.as('CREATOR', 'DELETE', '/chain-rules/welcome')).status, 204);
});
