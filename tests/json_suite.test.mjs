// Every y_ and n_ case of JSONTestSuite through the real route: as a whole body, and inside a signal's metadata.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Beckon, freshAddress, freshSession, root } from './kit/beckon.mjs';

const folder = join(root, '../shared/data/json/test_parsing');
const skip = existsSync(folder)
  ? false
  : 'the cases of JSONTestSuite are not here (looked for ../shared/data/json/test_parsing)';
const bodyLimit = 64 * 1024;
const cases = skip
  ? []
  : readdirSync(folder)
      .filter(name => /^[yn]_/.test(name))
      .map(name => ({ name, bytes: readFileSync(join(folder, name)) }));
const duplicated = name => name.startsWith('y_object_duplicated_key');

let beckon;
before(async () => {
  if (!skip) beckon = await Beckon.start();
});
after(async () => {
  await beckon?.close();
});
const send = body => beckon.call('POST', '/v2/public/chain/signals', { body, from: freshAddress() });

// What Node's own parser says of bytes: the value, or undefined.
function judged(bytes) {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function refusedAs(answer, codes) {
  assert.equal(answer.status, 400, answer.text);
  assert.ok(codes.includes(answer.json?.error), answer.text);
  return answer.json;
}

test('the cases are there', { skip }, () => {
  assert.equal(cases.filter(one => one.name.startsWith('y_')).length, 95);
  assert.equal(cases.filter(one => one.name.startsWith('n_')).length, 188);
  assert.equal(cases.filter(one => one.bytes.length > bodyLimit).length, 2);
});

describe('as whole bodies', { skip }, () => {
  let shape; // what is said of a value that is JSON, but no object
  before(async () => {
    shape = (await send('[]')).json.message;
  });

  for (const { name, bytes } of cases)
    test(name, async () => {
      const answer = await send(bytes);
      if (bytes.length > bodyLimit) {
        assert.equal(answer.status, 413, answer.text);
        assert.equal(answer.json.error, 'payload_too_large');
        return;
      }
      if (name.startsWith('n_')) {
        assert.notEqual(refusedAs(answer, ['invalid_payload']).message, shape, 'bad syntax is told from a wrong shape');
        return;
      }
      if (duplicated(name)) {
        assert.match(refusedAs(answer, ['invalid_payload']).message, /key|duplicate/i);
        return;
      }
      const value = judged(bytes);
      if (typeof value === 'object' && value !== null && !Array.isArray(value))
        assert.ok(refusedAs(answer, ['validation_error']).details.some(detail => detail.field === 'handle'));
      else assert.equal(refusedAs(answer, ['invalid_payload']).message, shape);
    });
});

describe('inside a signal’s metadata', { skip }, () => {
  for (const { name, bytes } of cases)
    test(name, async () => {
      const sessionId = freshSession('json');
      const head = Buffer.from(`{"handle":"demo","sessionId":"${sessionId}","signals":[{"type":"t","metadata":{"v":`);
      const body = Buffer.concat([head, bytes, Buffer.from('}}]}')]);
      const answer = await send(body);
      if (bytes.length > bodyLimit) {
        assert.equal(answer.status, 413, answer.text);
        return;
      }
      if (name.startsWith('n_')) {
        assert.equal(judged(body), undefined, 'the case is still no JSON when it is wrapped');
        refusedAs(answer, ['invalid_payload']);
      } else if (duplicated(name)) refusedAs(answer, ['invalid_payload']);
      else {
        assert.equal(answer.status, 202, answer.text);
        const { json } = await beckon.as('CREATOR', 'GET', `/chain/${sessionId}`);
        assert.deepEqual(json.signals[0].metadata, { v: judged(bytes) }, 'what was sent is what is read back');
      }
    });
});
