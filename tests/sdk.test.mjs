// The browser library: what its builds weigh and hold.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { root } from './kit/beckon.mjs';

const folder = join(root, 'sdk');
const dist = join(folder, 'dist');
const tagFile = name => readFileSync(join(dist, 'tag', `${name}.gz`));
const manifest = () => JSON.parse(readFileSync(join(dist, 'manifest.json'), 'utf8'));

describe('the builds', () => {
  test('gzip: signals at most 4 kB, with decisions 6, the snippet 0.7', t => {
    const snippet = gzipSync(readFileSync(join(dist, 'snippet.js'))).length;
    const sizes = { 'beckon-core.js': tagFile('beckon-core.js').length, 'beckon.js': tagFile('beckon.js').length, snippet };
    t.diagnostic(JSON.stringify(sizes));
    assert.ok(sizes['beckon-core.js'] <= 4_000, JSON.stringify(sizes));
    assert.ok(sizes['beckon.js'] <= 6_000, JSON.stringify(sizes));
    assert.ok(snippet <= 700, JSON.stringify(sizes));
  });

  test('no script is made at run time, no markup is parsed, no style is inline', () => {
    const files = [...readdirSync(join(dist, 'tag')).map(name => gunzipSync(readFileSync(join(dist, 'tag', name)))), ...readdirSync(join(dist, 'esm')).map(name => readFileSync(join(dist, 'esm', name)))];
    assert.ok(files.length >= 9);
    for (const text of files) assert.doesNotMatch(text.toString(), /\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write|setAttribute\("style|\.style\b|createElement\("style|"unload"/);
  });

  test('the debug mode is in no other file', () => {
    for (const name of ['beckon.js', 'beckon-core.js', 'beckon-render.js']) assert.doesNotMatch(gunzipSync(tagFile(name)).toString(), /console\.debug/);
  });

  test('the manifest’s hashes are those of the files', () => {
    const { files, snippet } = manifest();
    for (const [name, { integrity, immutable }] of Object.entries(files)) {
      const text = gunzipSync(tagFile(name));
      assert.equal(integrity, `sha384-${createHash('sha384').update(text).digest('base64')}`);
      assert.ok(immutable.includes(createHash('sha256').update(text).digest('hex').slice(0, 12)), immutable);
    }
    assert.equal(snippet.hash, `sha256-${createHash('sha256').update(readFileSync(join(dist, 'snippet.js'))).digest('base64')}`);
  });

  test('as a module it brings its types, and tells a wrong call from a right one', () => {
    const place = mkdtempSync(join(tmpdir(), 'beckon-types-'));
    const check = text => {
      writeFileSync(join(place, 'page.ts'), text);
      execFileSync(process.execPath, [join(folder, 'node_modules/typescript/bin/tsc'), '--noEmit', '--strict', '--module', 'esnext', '--moduleResolution', 'bundler', '--target', 'es2022', '--lib', 'es2022,dom', 'page.ts'], { cwd: place, stdio: 'pipe' });
    };
    const page = call => `import { createBeckon, type Decision } from 'beckon-browser';
      import { render } from 'beckon-browser/render';
      import { debug } from 'beckon-browser/debug';
      import { pages } from 'beckon-browser/pages';
      const beckon = createBeckon({ handle: 'acme', endpoint: 'https://b.example' });
      pages(beckon); debug(beckon); void render(beckon);
      ${call}`;
    try {
      mkdirSync(join(place, 'node_modules'));
      symlinkSync(folder, join(place, 'node_modules/beckon-browser'));
      check(page('const decision: Decision | null = await beckon.decide("checkout"); if (decision) void beckon.report("shown", decision); export {};'));
      assert.throws(() => check(page('void beckon.report("seen", await beckon.decide("a")); export {};')), ({ stdout }) => /seen.*Report/.test(stdout));
    } finally { rmSync(place, { recursive: true }); }
  });

  test('it depends on nothing', () => {
    const { dependencies, sideEffects } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    assert.deepEqual([dependencies, sideEffects], [undefined, false]);
  });
});
