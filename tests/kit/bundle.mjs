// Code of a page that imports npm packages, as one script, made by the bundler that the console is built with.
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './beckon.mjs';

const { rolldown } = createRequire(join(root, 'console/package.json'))('rolldown');

// `source`: of a module, as it would be in tests/neighbours; its exports become those of the global `name`.
export async function bundled(source, name = 'bundle') {
  const folder = mkdtempSync(join(root, 'tests/neighbours/node_modules/.bundle-'));
  try {
    const input = join(folder, 'entry.mjs');
    writeFileSync(input, source);
    const bundle = await rolldown({ input, platform: 'browser', logLevel: 'silent' });
    const { output } = await bundle.generate({ format: 'iife', name, codeSplitting: false });
    await bundle.close();
    return output[0].code;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
