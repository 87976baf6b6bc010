// Code of a page that imports npm packages, as one script: bundled by the console's Vite.
import { join } from 'node:path';
import { build } from '../../console/node_modules/vite/dist/node/index.js';

const kEntry = 'beckon-page.js';

// `code`: a module, which finds the packages of `folder`.
export async function bundled(code, folder) {
  const entry = join(folder, kEntry);
  const asIfItWereThere = {
    name: 'page',
    resolveId: id => (id === kEntry ? entry : undefined),
    load: id => (id === entry ? code : undefined),
  };
  const { output } = await build({
    configFile: false,
    logLevel: 'error',
    root: folder,
    plugins: [asIfItWereThere],
    build: { write: false, minify: false, rollupOptions: { input: kEntry, output: { format: 'iife' } } },
  }).then(made => [made].flat()[0]);
  return output[0].code;
}
