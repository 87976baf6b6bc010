// Builds console/dist: index.html (the console) and docs.html (the API reference) unchanged, everything else
// gzip-compressed under a content hash. The binary embeds exactly these files (cmake/embed_console.cmake).
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
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

// Only what this build wrote: whatever else lies there may be packed already.
const packed = {
  name: 'packed',
  writeBundle({ dir }, bundle) {
    for (const name of Object.keys(bundle).filter(name => name.startsWith('assets/'))) {
      const file = join(dir, name);
      writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
      rmSync(file);
    }
  },
};

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
  plugins: [unflashed, packed],
  // `vite` serves the page from source with a running server as its API: BECKON_BASE is its URL.
  server: {
    fs: { allow: ['..'] }, // the renderers of the browser library
    proxy: Object.fromEntries(
      ['/v2', '/dev', '/openapi.json'].map(path => [path, process.env.BECKON_BASE ?? 'http://127.0.0.1:8080']),
    ),
  },
});
