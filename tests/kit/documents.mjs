// What docs/ has in fences, to be run by tests.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './beckon.mjs';

// The texts in that language of a document, in their order.
export function written(document, language) {
  const page = readFileSync(join(root, document), 'utf8');
  const found = [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(match => match[1]);
  assert.ok(found.length > 0, `${document} has something in ${language}`);
  return found;
}

// Replaces each text, which must be there, by another one: paths and ports of a machine by those of a test.
export const adapted = (text, changes) =>
  Object.entries(changes).reduce((now, [from, to]) => {
    assert.ok(now.includes(from), `the text says ${from}`);
    return now.replaceAll(from, to);
  }, text);
