import assert from 'node:assert/strict';
import { test } from 'node:test';
import { optionsFor } from './options.ts';

const known = ['add', 'cart', 'cart.add', 'my-cart', 'view'].map(value => ({ value, note: '' }));
const found = (text: string, several?: boolean, all?: boolean) =>
  optionsFor(known, text, several, all).map(one => one.value);

test('what begins with the text comes before what contains it', () => {
  assert.deepEqual(found('CA'), ['cart', 'cart.add', 'my-cart']);
  assert.deepEqual(found(''), ['add', 'cart', 'cart.add', 'my-cart', 'view']);
  assert.deepEqual(found('zzz'), []);
});

test('nothing is offered for what is typed whole, and all when the list is asked for', () => {
  assert.deepEqual(found('view'), []);
  assert.deepEqual(found('cart'), ['cart', 'cart.add', 'my-cart']);
  assert.equal(found('view', false, true).length, 5);
});

test('of several values the last is completed, and none that is there already is offered again', () => {
  assert.deepEqual(found('cart, ', true), ['add', 'cart.add', 'my-cart', 'view']);
  assert.deepEqual(found('cart, vi', true), ['view']);
});
