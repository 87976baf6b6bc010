// The code that the console shows for verifying deliveries, run against one that the server signed. A language that this
// machine lacks is passed over.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { kSnippets } from '../console/src/pages/subscribe/snippets.ts';
import { Beckon } from './kit/beckon.mjs';

let beckon, hook, place, cases;
before(async () => {
  place = mkdtempSync(join(tmpdir(), 'beckon-snippets-'));
  beckon = await Beckon.start();
  hook = await beckon.subscribe(['order.paid']);
  await beckon.as('OPERATOR', 'POST', '/events', { type: 'order.paid', payload: { of: 'Zoë “é”', n: 1.5 } });
  const { headers, raw } = await hook.log.next();
  const { secret } = hook,
    body = raw,
    other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const signed = (key, id, at, text) =>
    `v1,${createHmac('sha256', Buffer.from(key.slice(6), 'base64'))
      .update(`${id}.${at}.${text}`)
      .digest('base64')}`;
  const old = { ...headers, 'webhook-timestamp': String(Math.floor(Date.now() / 1000) - 301) };
  old['webhook-signature'] = signed(secret, old['webhook-id'], old['webhook-timestamp'], body);
  cases = [
    { says: 'as it was sent', secret, headers, body, good: true },
    {
      says: 'with the signature of an old secret beside',
      secret,
      headers: {
        ...headers,
        'webhook-signature': `${signed(other, headers['webhook-id'], headers['webhook-timestamp'], body)} ${headers['webhook-signature']}`,
      },
      body,
      good: true,
    },
    { says: 'with another body', secret, headers, body: body.replace('1.5', '2.5'), good: false },
    { says: 'with another id', secret, headers: { ...headers, 'webhook-id': 'evt_other' }, body, good: false },
    { says: 'under another secret', secret: other, headers, body, good: false },
    {
      says: 'with a signature that is none',
      secret,
      headers: { ...headers, 'webhook-signature': 'v1,' },
      body,
      good: false,
    },
    { says: 'signed right, five minutes ago', secret, headers: old, body, good: false },
  ];
});
after(async () => {
  await hook?.close();
  await beckon?.close();
  rmSync(place, { recursive: true, force: true });
});

// For each language: the program that answers "true" or "false" for one case, and how it is run. What it reads are files.
const programs = {
  JavaScript: {
    file: 'verify.mjs',
    command: [process.execPath],
    with: code =>
      `${code}\nimport { readFileSync } from 'node:fs';\nconst { secret, headers } = JSON.parse(readFileSync('case.json'));\nconsole.log(String(verify(secret, headers, readFileSync('body'))));\n`,
  },
  Python: {
    file: 'verify.py',
    command: ['python3'],
    with: code =>
      `${code}\nimport json\none = json.load(open("case.json"))\nprint(str(verify(one["secret"], one["headers"], open("body", "rb").read())).lower())\n`,
  },
  Java: {
    file: 'Main.java',
    compiler: 'javac',
    command: ['java', '-XX:TieredStopAtLevel=1'],
    with: code =>
      `${code.replace('class Webhook', 'class Main')}`.replace(
        /\}\s*$/,
        `
  public static void main(String[] args) throws Exception {
    var lines = java.nio.file.Files.readAllLines(java.nio.file.Path.of("case.txt"));
    var headers = new java.util.HashMap<String, String>();
    for (String line : lines.subList(1, lines.size())) headers.put(line.substring(0, line.indexOf(' ')), line.substring(line.indexOf(' ') + 1));
    System.out.println(verify(lines.get(0), headers, java.nio.file.Files.readAllBytes(java.nio.file.Path.of("body"))));
  }
}`,
      ),
  },
};

const has = command => {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

for (const [language, program] of Object.entries(programs)) {
  const { code } = kSnippets.find(one => one.language === language);
  const tool = program.compiler ?? program.command[0];
  test(`${language}: what was signed is taken, and nothing else`, {
    skip: has(tool) ? false : `there is no ${tool} here`,
  }, () => {
    writeFileSync(join(place, program.file), program.with(code));
    if (program.compiler) execFileSync(program.compiler, [program.file], { cwd: place, stdio: 'ignore' });
    for (const { says, secret, headers, body, good } of cases) {
      writeFileSync(join(place, 'case.json'), JSON.stringify({ secret, headers }));
      writeFileSync(
        join(place, 'case.txt'),
        [secret, ...Object.entries(headers).map(([name, value]) => `${name} ${value}`)].join('\n'),
      );
      writeFileSync(join(place, 'body'), body);
      assert.equal(
        execFileSync(
          program.command[0],
          [...program.command.slice(1), program.compiler ? program.file.split('.')[0] : program.file],
          { cwd: place, encoding: 'utf8' },
        ).trim(),
        String(good),
        says,
      );
    }
  });
}

test('all six read the same headers, refuse what is old, and compare without telling where two texts part', () => {
  assert.deepEqual(
    kSnippets.map(({ language }) => language),
    ['JavaScript', 'Python', 'Go', 'Ruby', 'PHP', 'Java'],
  );
  for (const { language, code } of kSnippets) {
    for (const part of ['webhook-id', 'webhook-timestamp', 'webhook-signature', 'whsec_', '300'])
      assert.ok(code.includes(part), `${language}: ${part}`);
    assert.match(
      code,
      /timingSafeEqual|compare_digest|hmac\.Equal|fixed_length_secure_compare|hash_equals|MessageDigest\.isEqual/,
      language,
    );
  }
});
