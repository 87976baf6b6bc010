// The SQL statements of src/store/postgres, as its sources have them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const room = fileURLToPath(new URL('../../src/store/postgres/', import.meta.url));
export const source = file => readFileSync(join(room, file), 'utf8');

const macros = new Map(
  [...readdirSync(room), '../rows.h'].flatMap(file =>
    [...source(file).matchAll(/#define (BECKON_\w+) (?:\\\n|\s)*((?:"[^"\n]*"(?:\s|\\\n)*)+)/g)].map(
      ([, name, text]) => [name, text],
    ),
  ),
);

// Adjacent string literals are one statement; a macro between them stands for text of its own.
function statementsOf(file) {
  const text = source(file)
    .replaceAll(/\/\/.*$/gm, '')
    .replaceAll(/\bBECKON_\w+/g, name => macros.get(name) ?? name);
  return [
    ...text.matchAll(
      /"(?:[^"\\\n]|\\.)*"(?:(?:\s|\\\n)*(?:BECKON_\w+(?:\([^)]*\))?)?(?:\s|\\\n)*"(?:[^"\\\n]|\\.)*")*/g,
    ),
  ]
    .map(match =>
      match[0]
        .replaceAll(/\\\n/g, ' ') // the end of a line within a macro
        .replaceAll(/"((?:[^"\\\n]|\\.)*)"/g, '$1')
        .replaceAll(/\s+/g, ' '),
    )
    .filter(statement => /\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM)\b/.test(statement));
}

// [{ file, sql }] of all files but the schema.
export const statements = () =>
  readdirSync(room)
    .filter(file => file.endsWith('.cc') && file !== 'schema.cc')
    .flatMap(file => statementsOf(file).map(sql => ({ file, sql })));
