import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { toCurl } from './curl.ts';

// What a shell makes of the command: the words that curl would be given.
const wordsOf = (command: string) =>
  execFileSync('bash', ['-c', `curl() { printf '%s\\0' "$@"; }\n${command}`], {
    env: { ...process.env, API_BASE: 'http://host', JWT_TOKEN: 'secret' },
  })
    .toString()
    .split('\0')
    .slice(0, -1);

test('a copied command gives curl exactly what was sent, whatever it holds', () => {
  for (const text of [
    `it's`,
    '$HOME `id` "quoted" \\ !x',
    'two\nlines\ttab',
    "'; rm -rf / #",
    'ümlaut 🛒',
    '--data @/etc/passwd',
  ]) {
    const words = wordsOf(
      toCurl({
        method: 'POST',
        path: `/v2/x?y=${text}`,
        signedIn: true,
        headers: [['x-name', text]],
        body: JSON.stringify({ text }),
      }),
    );
    assert.deepEqual(words, [
      '-sS',
      '-X',
      'POST',
      `http://host/v2/x?y=${text}`,
      '-H',
      'authorization: Bearer secret',
      '-H',
      `x-name: ${text}`,
      '--data-binary',
      JSON.stringify({ text }),
    ]);
  }
});

test('a plain question is a plain command', () => {
  assert.equal(
    toCurl({ method: 'GET', path: '/v2/auth/me', signedIn: false, headers: [], body: '' }),
    `curl -sS "$API_BASE"'/v2/auth/me'`,
  );
});
