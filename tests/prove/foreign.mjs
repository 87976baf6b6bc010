// A handle that is somebody else's costs as much as one that does not exist, so that an answer's time does not tell which
// it is. A time decides no test: the medians are printed. PROVE_FOREIGN: requests of each kind (4000).
import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { after, before, test } from 'node:test';
import { Beckon } from '../kit/beckon.mjs';

const each = Number(process.env.PROVE_FOREIGN ?? 4000);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
let beckon, role, pat;

before(async () => {
  beckon = await Beckon.start();
  await beckon.command('handle', 'add', 'other', '--owner', 'o@other.example');
  role = await beckon.token('OPERATOR');
  const made = await beckon.as('OPERATOR', 'POST', '/tokens', { name: 'reader', scopes: ['webhooks.*'] });
  assert.equal(made.status, 201, made.text);
  pat = made.json.token;
});
after(async () => {
  agent.destroy();
  await beckon?.close();
});

// The answer's status and body without its request id, and how long it took, in µs.
function ask(path, token) {
  return new Promise((resolve, reject) => {
    const began = process.hrtime.bigint();
    const sent = request(beckon.base + path, { agent, headers: { authorization: `Bearer ${token}` } }, answer => {
      let text = '';
      answer.setEncoding('utf8').on('data', part => {
        text += part;
      });
      answer.on('end', () =>
        resolve({
          says: `${answer.statusCode} ${text.replace(/req_\w{26}/, '')}`,
          us: Number(process.hrtime.bigint() - began) / 1e3,
        }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}
const median = values => values.sort((a, b) => a - b)[values.length >> 1];

for (const [name, path, token] of [
  ['by a role', handle => `/v2/handles/${handle}/webhooks`, () => role],
  ['by an access token', handle => `/v2/public/handles/${handle}/webhooks`, () => pat],
])
  test(`a foreign handle and a missing one answer alike, ${name}`, async t => {
    const took = { other: [], nowhere: [] };
    const said = new Set();
    for (let i = 0; i < each; i++)
      for (const handle of i % 2 ? ['other', 'nowhere'] : ['nowhere', 'other']) {
        const { says, us } = await ask(path(handle), token());
        said.add(says);
        took[handle].push(us);
      }
    assert.equal(said.size, 1, [...said].join('\n'));
    assert.match([...said][0], /^404 /);
    const [foreign, missing] = [median(took.other), median(took.nowhere)];
    t.diagnostic(
      `medians of ${each}: foreign ${foreign.toFixed(1)} µs, missing ${missing.toFixed(1)} µs, ratio ${(foreign / missing).toFixed(3)}`,
    );
  });
