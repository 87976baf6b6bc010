// The words that users read: documents, the API's description, messages of the server and sentences of the page.
// Runs with Node alone: node tests/words.test.mjs
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const read = path => readFileSync(join(root, path), 'utf8');

/** What is not written, and what is written instead. */
const instead = [
  [/\banew\b/i, 'again'],
  [/\bpassed over\b/i, 'skipped'],
  [/\bow(?:e|es|ed|ing)\b/i, 'scheduled, due, deliveries'],
  [/\bheed(?:s|ed)?\b/i, 'respect, apply'],
  [/\bbeside\b/i, 'next to, in addition to, compared with'],
  [/\bfarewell\b|\bfor ever\b|\bnobody asks\b/i, 'plain words'],
  [/\bupkeep\b|\bchores?\b/i, 'maintenance'],
  [/\blookback\b/i, 'point-in-time query'],
  [/\b(?:who|nothing) is told\b|\bevents are told\b/i, 'subscribers, is notified'],
  [/\bwhich is the most\b|\bthe most it can\b/i, 'has reached the limit of'],
  [/\bas many (?:\w+ ){1,3}(?:already )?as\b/i, 'at most, the limit'],
  [/\bat most so many\b|\bso many attempts\b/i, 'rate limit'],
  [/\bmore to write than\b|\bmore requests than it can\b/i, 'The server is overloaded.'],
  [/\bcame too slowly\b|\btook too long; send\b/i, 'arrived too slowly'],
  [/\bthat is there, and there is none\b/i, 'If-Match was sent, but the rule does not exist.'],
  [/\bis not (?:a \w+ that is )?known here\b/i, 'is unknown'],
  [/\bof one's own\b|\bof one’s own\b/i, 'custom'],
  [/\bsignals of the past\b/i, 'historical signals'],
  [/\bmake or replace\b/i, 'create or replace'],
  [/\bdecide ahead\b|\bahead of their moment\b/i, 'prefetch decisions'],
  [/\bon record, judged\b|\bjudged again\b/i, 're-evaluated'],
  [/\bmoments? of asking\b/i, 'decision requests'],
  [
    /\b(?:a|no|each|this|the|one) rule holds\b|\brules hold\b|\bnone of these holds\b|\ball of these hold\b/i,
    'matches',
  ],
  [/\bheld out\b/i, 'control group'],
  [/\bone action for everybody\b/i, 'single variant'],
  [/\bhow often at most\b/i, 'frequency limits'],
  [/\bfrom when to when\b/i, 'schedule'],
  [/\bvalid for at most\b/i, 'expires after'],
  [/\bits worth, in the metadata\b/i, 'revenue field'],
  [/\bthe signal that counts as success\b/i, 'goal event'],
  [/\bis judged first\b/i, 'is evaluated first'],
  [/\band in force\b/i, 'published'],
  [/\bmake a new secret\b|\bgive a subscription a new secret\b/i, 'rotate secret'],
  [/\bpace and order\b/i, 'rate limit and ordering'],
  [/\bsend again since\b|\bedit and replay\b/i, 'resend from, edit and resend'],
  [/\bno subscription wanted\b/i, 'no subscriber'],
  [/\ball that is kept\b/i, 'stored data'],
  [/\bruns of signals\b/i, 'sessions'],
  [/\bstorylines?\b/i, 'sample journey'],
  [/\bsigned text\b/i, 'signed content'],
  [/\bfollow the last one\b/i, 'follow latest'],
  [/\bwhat was counted\b/i, 'analytics'],
  [/\bwhich pages may call the\b/i, 'allowed origins'],
  [/\bkeys and help\b/i, 'keyboard shortcuts'],
  [/\bnothing is here\b/i, 'No … yet'],
  [/\bgiving up what is here\b/i, 'discard changes'],
  [/\bmay be chance\b/i, 'not significant'],
  [/\bdeals? (?:the visitors|everybody)\b/i, 'reassigns visitors'],
];

function filesOf(folder, pattern) {
  return readdirSync(join(root, folder), { recursive: true })
    .filter(path => pattern.test(path) && !/(?:^|\/)(?:node_modules|dist)\//.test(path))
    .map(path => join(folder, path))
    .sort();
}

// Each of these gives the texts of one file that a reader meets, as [line, text].
const lineAt = (text, index) => text.slice(0, index).split('\n').length;

/** Prose: names in backticks are code. */
const prose = path =>
  read(path)
    .split('\n')
    .map((line, at) => [at + 1, line.replace(/`[^`]*`/g, '`…`')]);

/** String literals that hold more than one word; those in comments are no literals. */
function literals(path, quotes) {
  const text = read(path);
  const pattern = new RegExp(`//[^\\n]*|/\\*[\\s\\S]*?\\*/|${quotes}`, 'g');
  return [...text.matchAll(pattern)]
    .filter(([found]) => !found.startsWith('//') && !found.startsWith('/*') && /[a-z] [a-z]/i.test(found))
    .map(match => [lineAt(text, match.index), match[0]]);
}
const double = String.raw`"(?:[^"\\\n]|\\.)*"`;
const single = String.raw`'(?:[^'\\\n]|\\.)*'`;
const template = '`(?:[^`\\\\]|\\\\.)*`';
const between = '>[^<>{}]*[a-z] [a-z][^<>{}]*<';

function descriptions(value, found = []) {
  if (value === null || typeof value !== 'object') return found;
  for (const [name, inner] of Object.entries(value)) {
    if ((name === 'summary' || name === 'description') && typeof inner === 'string') found.push([inner, inner]);
    else descriptions(inner, found);
  }
  return found;
}

const documents = [
  ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'],
  ...filesOf('docs', /\.md$/),
  ...filesOf('examples', /\.md$/),
  ...filesOf('src', /doc\.md$/),
  ...filesOf('packaging', /\.service$/),
  ...filesOf('script', /^[a-z]+$/).filter(path => statSync(join(root, path)).isFile()), // their usage and what they say
];
const forTests = /_test\.(?:cc|h)$|(?:^|\/)(?:testing|conformance|reference|simulator)\//;
const server = filesOf('src', /\.(?:cc|h)$/).filter(path => !forTests.test(path));
const pages = [...filesOf('console/src', /\.tsx?$/), ...filesOf('sdk/src', /\.(?:ts|js)$/)].filter(
  path => !/\.test\.ts|\/kit\//.test(path),
);

const faultsOf = (path, texts) =>
  texts.flatMap(([where, text]) =>
    instead
      .filter(([pattern]) => pattern.test(text))
      .map(([pattern, better]) => `${path}:${where}: "${pattern.exec(text)[0]}" (${better}) in: ${text.trim()}`),
  );

test('documents', () => {
  assert.deepEqual(
    documents.flatMap(path => faultsOf(path, prose(path))),
    [],
  );
});

test('the description of the API', () => {
  assert.deepEqual(faultsOf('docs/openapi.json', descriptions(JSON.parse(read('docs/openapi.json')))), []);
});

test('messages of the server', () => {
  assert.deepEqual(
    server.flatMap(path => faultsOf(path, literals(path, double))),
    [],
  );
});

test('sentences of the page and of the browser library', () => {
  assert.deepEqual(
    pages.flatMap(path => faultsOf(path, literals(path, [double, single, template, between].join('|')))),
    [],
  );
});

test('the list itself finds what it is for', () => {
  const old = ['Queued anew.', 'A rule holds.', 'has 100 subscriptions, which is the most', 'what is owed is held'];
  for (const text of old) assert.equal(faultsOf('', [[1, text]]).length, 1, text);
  assert.deepEqual(faultsOf('', [[1, 'The server is overloaded.']]), []);
});
