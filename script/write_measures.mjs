// node script/write_measures.mjs <OUTPUT-OF-measure_table: see script/measures.
import { readFileSync, writeFileSync } from 'node:fs';

const measures = JSON.parse(readFileSync(0, 'utf8'));

// Only the part that changes: the rest of the document stays as it was written.
const text = readFileSync('docs/openapi.json', 'utf8');
const { oneOf } = JSON.parse(text).components.schemas.Condition;
const inPlace = schemas => JSON.stringify(schemas, null, 2).replaceAll('\n', '\n        ');
const [before, after, ...more] = text.split(inPlace(oneOf));
if (after === undefined || more.length > 0) throw new Error('docs/openapi.json is not formatted: run script/format');
writeFileSync('docs/openapi.json', before + inPlace(measures.map(({ schema }) => schema)) + after);

const form = measures.map(({ schema, ...measure }) => measure);
writeFileSync(
  'console/src/pages/rules/measure_table.ts',
  `// Written by script/measures from the engine's table of measures (src/rules/language/measures).
import type { MeasureKind } from './measures.ts';

export const kMeasureTable: MeasureKind[] = ${JSON.stringify(form, null, 2)};
`,
);
