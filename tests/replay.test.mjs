// The whole real event file through the API, twice: the second run stores nothing.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Beckon, root } from './kit/beckon.mjs';

const file = join(root, '../shared/data/clickstream/events.csv');

test('832 events of 63 sessions, then again', {
  skip: existsSync(file)
    ? false
    : 'the clickstream file is not here (looked for ../shared/data/clickstream/events.csv)',
}, async t => {
  const beckon = await Beckon.start();
  t.after(() => beckon.close());
  // The file spans 58 days, and its longest session has 73 events.
  const { status, text } = await beckon.as('OWNER', 'PUT', '/settings', {
    retention: '90d',
    limits: { sessionSignalsPerMinute: 1000 },
  });
  assert.equal(status, 200, text);
  const token = await beckon.token();
  const replay = () =>
    new Promise((done, failed) =>
      execFile(
        process.execPath,
        [
          join(root, 'examples/replay/replay.mjs'),
          file,
          '--base',
          beckon.base,
          '--handle',
          'demo',
          '--token',
          token,
          '--shift-to-now',
        ],
        (error, out, err) =>
          error
            ? failed(new Error(err))
            : done(
                Object.fromEntries(
                  [...out.matchAll(/^(\w[\w ]*?) +(\d+)$/gm)].map(([, name, count]) => [name, Number(count)]),
                ),
              ),
      ),
    );
  assert.deepEqual(await replay(), {
    'events read': 832,
    sessions: 63,
    accepted: 832,
    duplicates: 0,
    evicted: 0,
    refused: 0,
  });
  assert.deepEqual(await replay(), {
    'events read': 832,
    sessions: 63,
    accepted: 0,
    duplicates: 832,
    evicted: 0,
    refused: 0,
  });
  const { json } = await beckon.as('CREATOR', 'GET', '/chain?limit=200');
  assert.equal(json.items.length, 63);
  assert.equal(
    json.items.reduce((sum, session) => sum + session.version, 0),
    832,
  );
  assert.equal(json.items.filter(session => session.visitorId === null).length, 0);
});
