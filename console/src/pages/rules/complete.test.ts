import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultsIn, newFaultsIn } from './complete.ts';
import { kBanner, kCta, kPopup, kSend } from './draft.ts';

const fieldsOf = (action: object) => faultsIn({ action } as never).map(one => one.field);

test('the messages that the form starts with are complete', () => {
  for (const action of [kPopup, kBanner, kCta, kSend]) assert.deepEqual(fieldsOf(action as object), []);
});

test('a popup or banner without text, and a link that the library ignores, cannot be published', () => {
  assert.deepEqual(fieldsOf({ type: 'popup' }), ['action.payload.title']);
  assert.deepEqual(fieldsOf({ type: 'banner', payload: { title: ' ' } }), ['action.payload.text']);
  assert.deepEqual(fieldsOf({ type: 'popup', payload: { text: 'x', button: { href: 'shop.example/bag' } } }), [
    'action.payload.button.href',
    'action.payload.button.label',
  ]);
  assert.deepEqual(fieldsOf({ type: 'cta', payload: { href: 'javascript:1' } }), [
    'action.payload.selector',
    'action.payload.href',
  ]);
  assert.deepEqual(fieldsOf({ type: '' }), ['action.type']);
});

test('what was published incomplete keeps other edits from nothing, and a new fault does', () => {
  const published = { triggers: ['checkout'], action: { type: 'popup', payload: { headline: 'ours' } } } as never;
  assert.deepEqual(newFaultsIn({ ...(published as object), priority: 5 } as never, published), []);
  assert.equal(newFaultsIn(published, null).length, 1);
  const payload = { headline: 'ours', button: { label: 'Go', href: 'x:1' } };
  const broken = { triggers: ['checkout'], action: { type: 'popup', payload } };
  assert.deepEqual(
    newFaultsIn(broken as never, published).map(one => one.field),
    ['action.payload.button.href'],
  );
});

test('links relative to the page, by http(s) or with a placeholder are taken', () => {
  for (const href of [
    '/bag',
    'bag',
    'bag.html',
    '#top',
    '?a=1',
    'https://shop.example/bag',
    '//shop.example',
    '{{anchor.value}}',
  ])
    assert.deepEqual(fieldsOf({ type: 'popup', payload: { text: 'x', button: { label: 'Go', href } } }), [], href);
  for (const href of ['shop.example/bag', 'https://', 'ftp://shop.example', 'mailto:a@shop.example'])
    assert.equal(fieldsOf({ type: 'popup', payload: { text: 'x', button: { label: 'Go', href } } }).length, 1, href);
});

test('checks every variant', () => {
  const faults = faultsIn({ actions: { a: kPopup, b: { type: 'banner', payload: {} } } });
  assert.deepEqual(
    faults.map(one => one.field),
    ['actions.b.payload.text'],
  );
});
