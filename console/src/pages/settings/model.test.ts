import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changesIn, countOf, formOf, patchOf, tabOf, type Form, type Settings } from './model.ts';

const saved = {
  limits: {
    sessionSignalsPerMinute: 60,
    addressSignalsPerMinute: 120,
    addressDecisionsPerMinute: 600,
    tokenSignalsPerMinute: 60000,
    tokenDecisionsPerMinute: 60000,
  },
  retention: '30d',
  basicRetention: '24h',
  visitorRetention: '395d',
  dueGrace: '60s',
  scope: 'session',
  zone: null,
  defaultConsent: 'full',
  scores: { intent: { weights: { view: 1, 'cart.*': 5 }, halfLife: '1d' } },
  identity: { blockedIds: ['till-3'], remember: 'until_logout', claim: 'all', proof: 'reads' },
  consentCategories: { Advertising: 'basic' },
} as Settings;
const after = (change: (form: Form) => void) => {
  const form = formOf(saved);
  change(form);
  return changesIn(form, saved);
};

test('nothing changed is an empty patch', () => {
  assert.deepEqual(
    after(() => {}),
    {},
  );
});

test('only what changed is sent, and each is counted once', () => {
  const patch = after(form => {
    form.zone = ' Europe/Berlin ';
    form.limits.tokenSignalsPerMinute = '5000';
    form.scores[0]!.weights[0]!.weight = '2.5';
    form.blockedIds = 'till-3\n\n test ';
  });
  assert.deepEqual(patch, {
    zone: 'Europe/Berlin',
    limits: { tokenSignalsPerMinute: 5000 },
    scores: { intent: { weights: { view: 2.5 } } },
    identity: { blockedIds: ['till-3', 'test'] },
  });
  assert.equal(countOf(patch), 4);
});

test('what was taken away is null, and so is what gets the default of the server again', () => {
  const patch = after(form => {
    form.scores = [];
    form.categories = [];
    form.retention = '';
    form.limits.addressSignalsPerMinute = '';
  });
  assert.deepEqual(patch, {
    scores: { intent: null },
    consentCategories: { Advertising: null },
    retention: null,
    limits: { addressSignalsPerMinute: null },
  });
});

test('a score that got another name goes, and comes as a whole', () => {
  assert.deepEqual(
    after(form => {
      form.scores[0]!.name = 'interest';
    }),
    { scores: { interest: { weights: { view: 1, 'cart.*': 5 }, halfLife: '1d' }, intent: null } },
  );
});

test('what is no number is sent as typed, for the server to refuse', () => {
  assert.deepEqual(
    after(form => {
      form.limits.sessionSignalsPerMinute = 'many';
    }),
    { limits: { sessionSignalsPerMinute: 'many' } },
  );
});

test('a patch replaces lists as a whole', () => {
  assert.deepEqual(patchOf({ a: [1, 2], b: { c: 1 } }, { a: [2], b: { c: 1 } }), { a: [2] });
});

test('an error leads to the tab of its field', () => {
  assert.equal(tabOf('limits.sessionSignalsPerMinute'), 'limits');
  assert.equal(tabOf('visitorRetention'), 'retention');
  assert.equal(tabOf('scores.intent.halfLife'), 'scores');
  assert.equal(tabOf('origins[2]'), 'origins');
  assert.equal(tabOf('consentCategories.Ads'), 'general');
});
