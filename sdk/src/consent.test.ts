import assert from 'node:assert/strict';
import { test } from 'node:test';
import { capped, understood } from './consent.ts';

test('our own words are understood, and no others', () => {
  for (const said of ['pending', 'denied', 'basic', 'full'] as const) assert.equal(understood(said), said);
  for (const said of ['yes', 'reject', '', null, undefined, 1, {}, { ad_storage: 'granted' }, { ad_storage: 'denied' }])
    assert.equal(understood(said), undefined);
});

test('Google Consent Mode is understood', () => {
  assert.equal(understood({ analytics_storage: 'denied', ad_storage: 'granted' }), 'denied');
  assert.equal(understood({ analytics_storage: 'granted', ad_storage: 'denied' }), 'basic');
  assert.equal(understood({ analytics_storage: 'granted', ad_storage: false, wait_for_update: 500 }), 'basic');
  assert.equal(understood({ analytics_storage: 'granted', region: ['DE'], wait_for_update: 500 }), 'full');
  assert.equal(understood({ analytics_storage: 'refused', ad_storage: 'granted' }), undefined);
  assert.equal(understood({ analytics_storage: 'granted', ad_storage: 'granted', ad_user_data: 'granted' }), 'full');
});

test('Global Privacy Control caps at basic, and raises nothing', () => {
  assert.equal(capped('full', true), 'basic');
  assert.equal(capped(undefined, true), 'basic');
  assert.equal(capped('denied', true), 'denied');
  assert.equal(capped('pending', true), 'pending');
  assert.equal(capped(undefined, false), undefined);
});
