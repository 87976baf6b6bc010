#!/bin/bash
# A consent string of the IAB's framework (TC string) says the day of a consent, so that a withdrawal may look older than
# the consent that it ends.
#
# Guess, before running: `lastUpdated` is when the visitor chose, to a tenth of a second, since the format has 36 bits
# for tenths of seconds and the library sets it to the current time in `updated()`. So of two strings of one visitor, the
# one with the later `lastUpdated` holds.
#
# What happens: the IAB's own library sets `created` and `lastUpdated` to midnight, UTC, of the day. Two choices of one
# day have the same time, and the string alone does not say which holds. Both times are before anything that happened that
# day, so a signal at noon is later than the withdrawal in the evening. Setting the two fields by hand keeps their times,
# so strings of either kind are around. What arrives with a string must be ordered by the time at which it was received.
#
# Seen: @iabtcf/core 1.5.6, node 20 (the day is that of the run):
#   chosen within the day: true
#   consent: midnight, purposes 1
#   withdrawal: midnight, purposes none
#   same time: true
#   set by hand: 15:00:30.5
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >npm.log
npm install --silent --no-audit --no-fund @iabtcf/core@1.5.6 >>npm.log
cat >choose.mjs <<'JS'
import { GVL, TCModel, TCString } from '@iabtcf/core';

const list = { gvlSpecificationVersion: 3, vendorListVersion: 50, tcfPolicyVersion: 4, lastUpdated: '2026-01-01T00:00:00Z' };
for (const part of ['purposes', 'specialPurposes', 'features', 'specialFeatures', 'stacks', 'dataCategories', 'vendors']) list[part] = {};
const began = Date.now();
const choice = new TCModel(new GVL(list));
Object.assign(choice, { cmpId: 10, cmpVersion: 1, consentScreen: 1, consentLanguage: 'en', isServiceSpecific: true });
const said = () => {
  choice.updated();
  return TCString.decode(TCString.encode(choice));
};
const told = read =>
  `${read.lastUpdated.getTime() % 86_400_000 === 0 ? 'midnight' : read.lastUpdated.toISOString()}, purposes ${[...read.purposeConsents].filter(([, given]) => given).map(([id]) => id).join(' ') || 'none'}`;
choice.purposeConsents.set(1);
const consent = said();
choice.purposeConsents.unset(1);
const withdrawal = said();
console.log('chosen within the day:', began % 86_400_000 > 0);
console.log('consent:', told(consent));
console.log('withdrawal:', told(withdrawal));
console.log('same time:', consent.lastUpdated.getTime() === withdrawal.lastUpdated.getTime());
choice.lastUpdated = new Date('2026-11-30T15:00:30.500Z');
console.log('set by hand:', TCString.decode(TCString.encode(choice)).lastUpdated.toISOString().slice(11, 21));
JS
node choose.mjs | tee seen
diff - seen <<'SEEN'
chosen within the day: true
consent: midnight, purposes 1
withdrawal: midnight, purposes none
same time: true
set by hand: 15:00:30.5
SEEN
