// Every sentence of the console is in console/src/sentences, a file for each page, so that a translation could follow.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { root } from './kit/beckon.mjs';

const source = join(root, 'console/src');
const ts = createRequire(join(root, 'console/package.json'))('typescript');

// Attributes that are read out or shown, whatever they hold.
const kShown = /^(aria-(label|description|placeholder|roledescription)|label|title|placeholder|alt|hint|says|what)$/;
// Names that programs give: of classes, keys of the keyboard, types, schemes of authorization.
const kNames = /^(class|type|kind|role|key|name|id|for|href|rel|target|autocomplete|d|viewBox|method|tone|icon|width)$/;
const kKeys =
  /^(Enter|Escape|Home|End|Tab|Backspace|Delete|Arrow(Up|Down|Left|Right)|Page(Up|Down)|Control|Alt|Shift|Meta|Bearer)$/;

const hasWord = text => /\p{L}{2}/u.test(text);
// A literal that reads as words: a capital and small letters, or three words and more.
const isStyle = text => /var\(--|\dpx/.test(text);
const isSentence = text =>
  !isStyle(text) && (/^[A-Z][a-z]+([ ,.:…’]|$)/.test(text) || /[a-z]{2,}[,:]? [a-z]{2,}[,:]? [a-z]{2,}/.test(text));

const isImport = node => ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isLiteralTypeNode(node);
const isCompared = node => ts.isBinaryExpression(node) && /^[!=]==?$/.test(node.operatorToken.getText());

// The literal words of a file, each with its line.
export function literalWords(path, text) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const found = [];
  const add = (node, words) => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    found.push(`${path}:${line + 1} ${words.trim().slice(0, 60)}`);
  };
  const visit = (node, attribute) => {
    if (isImport(node)) return;
    if (ts.isJsxText(node) && hasWord(node.text)) add(node, node.text);
    if (ts.isJsxAttribute(node)) {
      const name = node.name.getText();
      if (kNames.test(name)) return;
      ts.forEachChild(node, child => visit(child, name));
      return;
    }
    const parts = ts.isTemplateExpression(node)
      ? [node.head.text, ...node.templateSpans.map(span => span.literal.text)]
      : ts.isStringLiteralLike(node)
        ? [node.text]
        : [];
    for (const words of parts)
      if (
        !isCompared(node.parent) &&
        (kShown.test(attribute ?? '') ? hasWord(words) : isSentence(words) && !kKeys.test(words.trim()))
      )
        add(node, words);
    ts.forEachChild(node, child => visit(child, attribute));
  };
  visit(file);
  return found;
}

const files = readdirSync(source, { recursive: true })
  .filter(name => name.endsWith('.tsx'))
  .map(name => join(source, name));

test('no component contains text of its own: all sentences are in console/src/sentences', () => {
  const found = files.flatMap(path => literalWords(relative(root, path), readFileSync(path, 'utf8')));
  assert.deepEqual(found, []);
});

test('words are found wherever a component may hold them', () => {
  const lines = source => literalWords('x.tsx', source).length;
  for (const bad of [
    'export const A = () => <p>Saved</p>;',
    'export const A = () => <p>{"Saved"}</p>;',
    'export const A = () => <B label="name" />;',
    "export const A = () => <B label={many ? 'names' : 'name'} />;",
    'export const A = () => <B title={`of them`} />;',
    "confirmed('Saved');",
    'const says = `the server has many of them, at most`;',
  ])
    assert.ok(lines(bad) > 0, bad);
  for (const good of [
    "import { a } from './The file.ts';",
    'export const A = () => <p class="panel pad stack s">{kWords.saved}</p>;',
    "if (event.key === 'Enter') go();",
    "type Way = 'Up and down' | 'Left';",
    'export const A = () => <p>{count} · {name}</p>;',
  ])
    assert.equal(lines(good), 0, good);
});
