// How PostgreSQL finds the rows of each statement of src/store/postgres, with the driver's own settings: by the beginning
// of an index, so that what it reads does not grow with the tables. Planned with full tables, once as autovacuum has not
// looked at them yet and once as it has; that a connection does not keep the plans of empty tables is tested in
// store/conformance/postgres_plans_test.cc. Skipped where PostgreSQL is not installed.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { execute, isInstalled, Postgres } from './kit/postgres.mjs';
import { source, statements } from './kit/statements.mjs';

const settings = /kSettings =\s*((?:"[^"\n]*"\s*)+);/
  .exec(source('connection.cc'))[1]
  .replaceAll(/"([^"]*)"\s*/g, '$1');

// Types of parameters that the statement's text leaves open, by a part of it.
const given = [
  ['INSERT INTO past_session', '(bigint, text, text, text)'],
  ['INSERT INTO node', '(text, text, text, bigint, bigint)'],
];
// Parts of statements that the code puts together.
const parts = ['WHERE d.shard = $6 AND'];

const kRows = 20_000; // of each table, in the end

// Those that read all rows of a table or of a shard, and why they may.
const reads = {
  // Small, or a few rows for each handle and person.
  small: [
    'meta',
    'node',
    'shard',
    'handle',
    'account',
    'sign_in',
    'invitation',
    'identity_key',
    'signing_key',
    'secret',
  ],
  'the chain of hashes has one row for each gap': ['audit_link'],
  'one row for each shard': ['journal_end'],
  'subscriptions of all handles, at the start': ['subscription'],
};
const mayReadAll = new Set(Object.values(reads).flat());
const mayReadShards = [
  'SELECT high, low, max(until) FROM denied', // at the start: all of them are kept in memory
  'FROM erasure WHERE shard = ANY', // those that wait, of which there are few
  'FROM due_record WHERE shard = ANY', // at the start: all that is owed, which is bounded
  'count(*) FILTER (WHERE state = 0)', // metrics: an index of those that wait
  'SELECT count(*) FROM delivery', // likewise
  'FROM replay WHERE shard = ANY', // an index of those that run
  'SELECT s.id FROM subscription s WHERE s.shard = ANY($1::bigint[]) AND s.deleted', // at the start: an index of those that wait
  'SELECT DISTINCT ON (rule)', // the history of a handle's rules, of which every rule has its newest
  'AND state < 2 AND next_attempt_at > $2 AND next_attempt_at < $3', // the clock was set back: an index of those that wait
  'DELETE FROM audit WHERE (handle, at, id) IN ( SELECT a.handle', // an index of the entries that say what holds
];

// Joins that compare each row of one side with each of the other, of which one side has few rows.
const joinsFew = [
  'WITH old AS (SELECT j.shard', // one row for each shard
  'DELETE FROM past_session', // one session
  'SELECT DISTINCT rules_version', // a page of versions
];

describe('statements on PostgreSQL', { skip: isInstalled() ? false : 'PostgreSQL is not installed' }, () => {
  let postgres, where, indexes;
  const run = sql => {
    const { stdout, stderr } = spawnSync('psql', ['-XAtq', where], {
      input: sql,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    assert.equal(stderr, '');
    return stdout;
  };
  const all = statements().filter(({ sql }) => !parts.some(part => sql.includes(part)));

  before(async () => {
    postgres = await Postgres.start({ settings: { fsync: 'off', autovacuum: 'off' } });
    execute(postgres.where('postgres'), 'CREATE DATABASE plans');
    where = postgres.where('plans');
    const steps = new Map(
      [...source('schema.cc').matchAll(/char\* (\w+) = R"sql\(([\s\S]*?)\)sql"/g)].map(([, name, sql]) => [name, sql]),
    );
    for (const [name] of /kSteps = ([\s\S]*?);/.exec(source('schema.cc'))[1].matchAll(/\bk\w+/g)) run(steps.get(name));
    indexes = new Map(
      execute(
        where,
        `SELECT indexrelid::regclass || '|' || string_agg(attname, ',' ORDER BY place) FROM pg_index
         CROSS JOIN unnest(indkey) WITH ORDINALITY AS k(number, place)
         JOIN pg_attribute ON attrelid = indrelid AND attnum = number
         WHERE indrelid::regclass::text NOT LIKE 'pg_%' GROUP BY indexrelid`,
      )
        .split('\n')
        .map(line => line.split('|'))
        .map(([name, columns]) => [name, columns.split(',')]),
    );
  });
  after(() => postgres.close());

  // So many rows in each table, in all shards, of three handles.
  function fill(from, to) {
    const columns = execute(
      where,
      `SELECT table_name, column_name, udt_name FROM information_schema.columns WHERE table_schema = 'public'
       ORDER BY table_name, ordinal_position`,
    )
      .split('\n')
      .map(line => line.split('|'));
    const value = ([table, name, type]) => {
      if (name === 'shard') return 'i % 32';
      if (name === 'handle' && table !== 'handle') return "'h' || i % 3";
      if (name === 'subscription') return "'whs' || i % 5";
      if (name === 'rule' && table !== 'rule') return "'r' || i % 7";
      if (name === 'session' && table !== 'session') return "'s' || i % 5000";
      if (name === 'state') return 'CASE WHEN i % 200 < 4 THEN i % 200 ELSE 4 END';
      if (name === 'turn') return 'i % 2';
      const made = { bool: 'i % 50 = 0', int2: 'i % 2', float8: 'i', int8: 'i', bytea: "('x' || i)::bytea" };
      return made[type] ?? "'v' || i";
    };
    for (const table of new Set(columns.map(([name]) => name))) {
      if (['meta', 'shard', 'node', 'journal_end', 'allowlist'].includes(table)) continue;
      const mine = columns.filter(([name]) => name === table);
      run(
        `INSERT INTO ${table} (${mine.map(([, name]) => name)}) SELECT ${mine.map(value)}
         FROM generate_series(${from}, ${to}) AS i ON CONFLICT DO NOTHING`,
      );
    }
  }

  // The plans for any arguments: [{ sql, plan }].
  function plans() {
    const script = all.map(({ sql }, i) => {
      const count = Math.max(0, ...[...sql.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)));
      const types = given.find(([part]) => sql.includes(part))?.[1] ?? '';
      return `\\echo @@\nPREPARE p${i} ${types} AS ${sql};
        EXPLAIN (FORMAT JSON) EXECUTE p${i}${count ? `(${Array(count).fill('NULL')})` : ''};\n`;
    });
    const [, ...told] = run(`${settings};\n${script.join('')}`).split('@@\n');
    return all.map(({ file, sql }, i) => ({ file, sql, plan: JSON.parse(told[i])[0].Plan }));
  }
  const nodes = (plan, above = []) => [
    { node: plan, above },
    ...(plan.Plans ?? []).flatMap(below => nodes(below, [...above, plan])),
  ];

  // What is wrong with how a node of a plan finds its rows. Without statistics, PostgreSQL cannot know that a handle has
  // many rows of a shard, and may read all of them; `analyzed` is whether it has any.
  function fault(sql, node, above, analyzed) {
    const table = node['Relation Name'];
    if (!table || mayReadAll.has(table) || table.startsWith('pg_')) return undefined; // or PostgreSQL's own
    if (!/^Index/.test(node['Node Type'])) {
      return /Scan/.test(node['Node Type']) ? `${node['Node Type']} of ${table}` : undefined;
    }
    const columns = indexes.get(node['Index Name']);
    const condition = node['Index Cond'] ?? '';
    // As a column of the table itself: not of another one, as in `s.id`, nor within a longer name.
    const named = column => new RegExp(`(?<![.\\w"])"?${column}"?(?= |\\)|,)`).test(condition);
    const used = columns.map(named);
    const prefix = used.includes(false) ? used.indexOf(false) : used.length;
    const limited = above.some(one => one['Node Type'] === 'Limit') && !node.Filter;
    if (mayReadShards.some(part => sql.includes(part))) return undefined;
    if (used.lastIndexOf(true) >= prefix && (analyzed || prefix < 2))
      return `${node['Index Name']} (${columns}) by ${condition}`;
    if (prefix < 2 && columns[0] === 'shard' && !limited)
      return `all of a shard by ${node['Index Name']}: ${condition || 'no condition'}`;
    if (prefix === 0 && !limited) return `all of ${node['Index Name']}`;
    return undefined;
  }
  const faultsBy = find =>
    plans().flatMap(({ file, sql, plan }) =>
      nodes(plan)
        .map(({ node, above }) => find(sql, node, above))
        .filter(Boolean)
        .map(what => `${file}: ${what}: ${sql}`),
    );
  const faults = analyzed => faultsBy((sql, node, above) => fault(sql, node, above, analyzed));

  // Rows that are found and dropped again for each row of the other side of a join.
  const isLarge = ({ 'Relation Name': table }) => table && !table.startsWith('pg_') && !mayReadAll.has(table);
  const squares = () =>
    faultsBy((sql, join) => {
      if (!join['Join Filter'] || joinsFew.some(part => sql.includes(part))) return undefined;
      const sides = join.Plans.filter(side => nodes(side).some(({ node }) => isLarge(node)));
      return sides.length > 1 ? `a join by ${join['Join Filter']}` : undefined;
    });

  test('join by an index, however many rows the tables have', () => {
    let from = 1;
    for (const to of [5_000, 10_000, kRows]) {
      fill(from, to);
      assert.deepEqual(squares(), [], `${to} rows`);
      from = to + 1;
    }
  });

  test('find their rows by the beginning of an index, before and after their tables were analyzed', () => {
    assert.ok(all.length > 200, `${all.length} statements`);
    assert.deepEqual(faults(false), []);
    run('ANALYZE');
    assert.deepEqual(faults(true), []);
    assert.deepEqual(squares(), []);
  });

  test('that do not are found', () => {
    all.push({ file: 'planted', sql: "SELECT 1 FROM delivery WHERE shard = $1 AND reason = 'x'" });
    all.push({ file: 'planted', sql: 'SELECT 1 FROM session WHERE shard = $1 AND handle = $2 AND version = $3' });
    all.push({ file: 'planted', sql: 'SELECT 1 FROM tally WHERE shard = $1 AND rule = $2' });
    const found = faults(true);
    all.length -= 3;
    assert.deepEqual(
      found.map(text => text.split(':')[0]),
      ['planted', 'planted'],
    );
  });
});
