// Builds console/dist: index.html (the console) and docs.html (the API reference) unchanged, everything else
// gzip-compressed under a content hash. The binary embeds exactly these files (cmake/embed_console.cmake).
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { defineConfig } from 'vite';

// The chosen theme is set before the first paint by an external script: no flash, nothing inline.
const unflashed = {
  name: 'unflashed',
  transformIndexHtml: {
    order: 'post',
    handler: html => html.replace('<script type="module"', '<script type="module" blocking="render"'),
  },
};

const packed = folder => ({
  name: 'packed',
  closeBundle() {
    for (const name of readdirSync(folder)) {
      writeFileSync(join(folder, `${name}.gz`), gzipSync(readFileSync(join(folder, name)), { level: 9 }));
      rmSync(join(folder, name));
    }
  },
});

export default defineConfig({
  base: '/apps/lifecycle-messaging/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2023',
    cssTarget: ['chrome125', 'firefox129', 'safari18'],
    modulePreload: { polyfill: false }, // it would be an inline script
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: { input: ['index.html', 'docs.html'].map(name => join(import.meta.dirname, name)) },
  },
  plugins: [unflashed, packed(join(import.meta.dirname, 'dist/assets'))],
  // `vite` serves the page from source with a running server as its API: BECKON_BASE is its URL.
  server: {
    fs: { allow: ['..'] }, // the renderers of the browser library
    proxy: Object.fromEntries(
      ['/v2', '/dev', '/openapi.json'].map(path => [path, process.env.BECKON_BASE ?? 'http://127.0.0.1:8080']),
    ),
  },
});
