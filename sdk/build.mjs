// node build.mjs: builds sdk/dist.
//   esm/    modules for npm, with their types in types/
//   served/ what the server embeds, gzip-compressed: per script tag NAME.js and the immutable NAME-HASH.js; snippet.js;
//           manifest.json with names, sizes and hashes; the example page
//   snippet.js and manifest.json uncompressed
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildSync, transformSync } from 'esbuild';
import { minify } from 'terser';

const here = import.meta.dirname;
const out = join(here, 'dist');
const { version } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
const target = ['chrome100', 'firefox115', 'safari16.4'];

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, 'served/example'), { recursive: true });

execFileSync(
  process.execPath,
  [
    join(here, 'node_modules/typescript/bin/tsc'),
    '--declaration',
    '--emitDeclarationOnly',
    '--outDir',
    join(out, 'types'),
  ],
  { cwd: here, stdio: 'inherit' },
);
buildSync({
  absWorkingDir: here,
  entryPoints: ['index', 'core', 'pages', 'render', 'debug'].map(name => `src/${name}.ts`),
  outdir: 'dist/esm',
  bundle: true,
  splitting: true,
  format: 'esm',
  minify: true,
  target,
});

// Methods of the storage, the queue and the session: neither the page nor what is stored knows them by name.
const kInternal = /^(names|drop|put|keep|move|adopt|wake|last|instead)$/;

// What repeats itself most, and so takes least with gzip.
const kCompress = {
  passes: 4,
  inline: 1,
  if_return: false,
  conditionals: false,
  sequences: false,
  keep_fargs: false,
  pure_getters: true,
  unsafe_arrows: true,
};

const packed = text => gzipSync(text, { level: 9 });
const serve = (name, text) => writeFileSync(join(out, 'served', `${name}.gz`), packed(text));

const manifest = { version, files: {} };
const integrityOf = text => `sha384-${createHash('sha384').update(text).digest('base64')}`;

for (const [name, entry] of [
  ['beckon', 'tag'],
  ['beckon-core', 'tag_core'],
  ['beckon-render', 'tag_render'],
  ['beckon-debug', 'tag_debug'],
]) {
  const {
    outputFiles: [bundle],
  } = buildSync({
    absWorkingDir: here,
    entryPoints: [`src/${entry}.ts`],
    bundle: true,
    format: 'iife',
    minifySyntax: true,
    mangleProps: kInternal,
    target,
    write: false,
    legalComments: 'none',
    define: {
      BECKON_VERSION: JSON.stringify(version),
      BECKON_CORE: entry === 'tag_core' ? 'true' : 'undefined',
    },
  });
  const { code } = await minify(bundle.text, {
    ecma: 2022,
    compress: kCompress,
  });
  const immutable = `${name}-${createHash('sha256').update(code).digest('hex').slice(0, 12)}.js`;
  serve(`${name}.js`, code);
  serve(immutable, code);
  manifest.files[`${name}.js`] = { immutable, integrity: integrityOf(code), gzip: packed(code).length };
}

const snippet = transformSync(readFileSync(join(here, 'src/snippet.js'), 'utf8'), { minify: true, target }).code.trim();
writeFileSync(join(out, 'snippet.js'), snippet);
manifest.snippet = {
  hash: `sha256-${createHash('sha256').update(snippet).digest('base64')}`,
  gzip: packed(snippet).length,
};
serve('snippet.js', snippet);

const text = `${JSON.stringify(manifest, null, 2)}\n`;
serve('manifest.json', text);
for (const name of readdirSync(join(here, 'example')))
  serve(`example/${name}`, readFileSync(join(here, 'example', name)));
writeFileSync(join(out, 'manifest.json'), text); // last: what is newer than it was changed since
