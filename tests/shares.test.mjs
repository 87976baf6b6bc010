// What handles share: docs/limits.md.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Beckon, root } from './kit/beckon.mjs';
import { nameServer } from './kit/dns.mjs';
import { until } from './kit/wait.mjs';

let beckon, names;
before(async () => {
  names = await nameServer();
  beckon = await Beckon.start({
    flags: ['--dev', '--dns-servers', names.address, '--control-threads', '2', '--endpoint-checks-per-handle', '5'],
  });
  const made = await beckon.admin('POST', '/handles', { handle: 'neighbour', ownerEmail: 'owner@example.com' });
  assert.equal(made.status, 201, made.text);
});
after(async () => {
  await beckon?.close();
  await names?.close();
});

const metric = async (name, labels = '') => {
  const { text } = await beckon.call('GET', '/metrics');
  return Number(text.match(new RegExp(`^${name}${labels.replace(/[{}]/g, '\\$&')} (\\S+)$`, 'm'))?.[1]);
};
const rule = { triggers: ['t'], when: {}, action: { type: 'banner', payload: {} } };

describe('an endpoint whose name server is mute', () => {
  const url = name => `http://${name}.mute.example.com:8088/in`;
  const create = name =>
    beckon.as('OPERATOR', 'POST', '/webhooks', { endpointUrl: url(name), eventTypes: ['signal.x'] });
  const mute = ['one', 'two', 'three', 'four'];
  const host = name => `${name}.mute.example.com`;

  test('holds up no other request of its handle or of another one while it is being checked', async () => {
    const known = await create('known'); // does not exist, and is accepted: it may later
    assert.equal(known.status, 201, known.text);
    for (const name of [...mute, 'moved']) names.names[host(name)] = null;
    const answered = [];
    const noted = (name, asked) =>
      asked.then(answer => {
        answered.push(name);
        return answer;
      });
    const asked = mute.map(name => noted(name, create(name)));
    const moved = beckon.as('OPERATOR', 'PATCH', `/webhooks/${known.json.subscriptionId}`, {
      endpointUrl: url('moved'),
    });
    const all = [...asked, noted('moved', moved)];
    await until('all are being looked up at once', () =>
      [...mute, 'moved'].every(name => names.asked.includes(host(name))),
    );

    assert.equal((await beckon.as('OPERATOR', 'GET', '/webhooks')).status, 200);
    assert.equal((await beckon.as('CREATOR', 'PUT', '/chain-rules/while-mute', rule)).status, 201);
    const token = await beckon.token('OWNER', 'neighbour');
    assert.equal((await beckon.call('GET', '/v2/handles/neighbour/settings', { token })).status, 200);
    assert.deepEqual(answered, [], 'the name server has said nothing yet');
    assert.equal(await metric('beckon_endpoint_checks'), 5);

    const beyond = await create('beyond');
    assert.deepEqual([beyond.status, beyond.json.error, beyond.headers['retry-after']], [503, 'unavailable', '1']);
    const other = await beckon.call('POST', '/v2/handles/neighbour/webhooks', {
      token,
      body: { endpointUrl: url('elsewhere'), eventTypes: ['signal.x'] },
    });
    assert.equal(other.status, 201, other.text);
    assert.equal(await metric('beckon_refused_total', '{resource="endpoint_checks",share="handle"}'), 1);

    // Asked once more, it says where they are: one leads inside, which is refused with the request's other faults.
    for (const name of [...mute, 'moved']) names.names[host(name)] = ['127.0.0.1'];
    names.names[host('two')] = ['169.254.169.254'];
    const [one, two, three, four, patched] = await Promise.all(all);
    assert.deepEqual(
      [one, three, four, patched].map(answer => answer.status),
      [201, 201, 201, 200],
    );
    assert.deepEqual([two.status, two.json.details?.map(({ field }) => field)], [400, ['endpointUrl']]);
    assert.equal(patched.json.endpointUrl, url('moved'));
    assert.equal(await metric('beckon_endpoint_checks'), 0);
  });

  test('every fault of the request is named at once, also the one that the lookup finds', async () => {
    names.names['inside.example.com'] = ['10.1.2.3'];
    const refused = await beckon.as('OPERATOR', 'POST', '/webhooks', {
      endpointUrl: 'http://inside.example.com:8088/',
      eventTypes: [],
      ratePerSecond: 0,
    });
    assert.equal(refused.status, 400, refused.text);
    assert.deepEqual(refused.json.details.map(({ field }) => field).sort(), [
      'endpointUrl',
      'eventTypes',
      'ratePerSecond',
    ]);
  });
});

describe('the table of shares', () => {
  const rows = readFileSync(join(root, 'docs/limits.md'), 'utf8')
    .split('\n')
    .filter(line => /^\| (?!resource|---)/.test(line))
    .map(line => line.split('|').map(cell => cell.trim()));

  test('each setting that it names exists and has the default that it says', async () => {
    const { out } = await beckon.cli('serve', '--help');
    const help = out.replace(/\s+/g, ' ');
    let seen = 0;
    for (const [, , , cell] of rows)
      for (const [, name, , preset] of cell.matchAll(/`([a-z-]+)`( \((\w+)[^)]*\))?/g)) {
        seen += 1;
        const at = help.indexOf(`--${name} `);
        assert.ok(at > 0, name);
        if (preset)
          assert.ok(
            help.slice(at).split(' --')[0].includes(preset) || help.slice(at, at + 400).includes(preset),
            `${name} ${preset}`,
          );
      }
    assert.ok(seen > 20);
  });

  test('each metric that it names is there', async () => {
    const { text } = await beckon.call('GET', '/metrics');
    let seen = 0;
    for (const [, , , , cell] of rows)
      for (const [, name, label] of cell.matchAll(/`(beckon_\w+)(?:\{(\w+="\w+")\})?`/g)) {
        seen += 1;
        const line = text.split('\n').find(one => one.startsWith(name) && one.includes(label ?? ''));
        assert.ok(line, `${name} ${label}`);
      }
    assert.ok(seen > 15);
  });
});
