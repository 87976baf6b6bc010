import assert from 'node:assert/strict';
import { test } from 'node:test';
import { day, hour, isoDay, money, number, percent, points } from './format.ts';

test('counts, shares and differences', () => {
  assert.equal(number(1204), '1,204');
  assert.equal(number(-3), '−3');
  assert.equal(percent(171, 1204), '14.2 %');
  assert.equal(percent(0, 0), '–');
  assert.equal(points(0.018), '+1.8');
  assert.equal(points(-0.018), '−1.8');
});

test('writes amounts with their currency, if it is a currency code', () => {
  assert.equal(money(18430, 'EUR'), '€18,430.00');
  assert.equal(money(-3.5, 'USD'), '−$3.50');
  assert.equal(money(1200, 'JPY'), '¥1,200', 'a yen has no cents');
  assert.equal(money(12.5, ''), '12.50');
  assert.equal(money(12.5, 'points'), '12.50');
});

test('days and hours', () => {
  const at = Date.parse('2026-11-07T09:00:00Z');
  assert.equal(day(at / 1000), '11-07');
  assert.equal(hour(at / 1000, true), '09:00');
  assert.equal(isoDay(at), '2026-11-07');
});
