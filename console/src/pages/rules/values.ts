// Values that the server would refuse: numbers, durations and what may not be empty. Checked as they are typed. Pure.
import { kRules } from '../../sentences/rules.ts';
import { isDelayed } from '../../state/delayed.ts';
import { isObject, pathText, valueAt, type Issue, type Json, type Path, type RuleDraft } from './draft.ts';
import { isGroup, measureOf } from './measures.ts';

const t = kRules.editor.wrong;
// docs/rules.md, Limits
const kName = 200; // characters
const kPriority = 1_000_000; // in both directions
const kCap = 1_000;
const kSecondsOf: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };
const kLongest = 3_650 * 86_400; // seconds
const kTrigger = /^[a-z0-9_.:-]+$/;

const isWhole = (value: Json, least: number, most: number) =>
  typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;

function isDuration(value: Json): boolean {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(String(value)) ?? [];
  return !!count && Number(count) > 0 && Number(count) * kSecondsOf[unit!]! <= kLongest;
}

const isPercent = (value: Json) =>
  typeof value === 'number' && value >= 0 && value <= 100 && /^\d+(\.\d{1,2})?$/.test(String(value));

function valueFaults(condition: Json, path: Path): Issue[] {
  if (!isObject(condition)) return [];
  if (isGroup(condition)) return groupFaults(condition, path);
  const parts: string[] = measureOf(condition)?.parts ?? [];
  const found: Issue[] = [];
  const need = (name: string, isRight: (value: Json) => boolean, issue: string) => {
    const value = condition[name];
    if (value !== undefined && !isObject(value) && !isRight(value))
      found.push({ field: pathText([...path, name]), issue });
  };
  for (const name of ['within', 'for']) need(name, isDuration, t.duration);
  const bounds = ['atLeast', 'atMost', 'equals'];
  if (parts.includes('age')) for (const name of bounds) need(name, isDuration, t.duration);
  if (parts.includes('bound')) for (const name of bounds) need(name, value => typeof value === 'number', t.number);
  return found;
}

const groupFaults = (group: { [name: string]: Json }, path: Path): Issue[] =>
  ['all', 'any', 'none'].flatMap(name => {
    const list = group[name];
    return Array.isArray(list) ? list.flatMap((one, index) => valueFaults(one, [...path, name, index])) : [];
  });

export function wrongValuesIn(rule: RuleDraft): Issue[] {
  const found: Issue[] = [];
  const need = (path: Path, isRight: (value: Json) => boolean, issue: string) => {
    const value = valueAt(rule, path);
    if (value !== undefined && !isRight(value)) found.push({ field: pathText(path), issue });
  };
  need(['name'], name => [...String(name)].length <= kName, t.name(kName));
  need(['priority'], value => isWhole(value, -kPriority, kPriority), t.whole(-kPriority, kPriority));
  const triggers = Array.isArray(rule.triggers) ? rule.triggers : [];
  if (!triggers.length) found.push({ field: 'triggers', issue: t.trigger });
  if (!isDelayed(rule))
    triggers.forEach((_, index) => {
      need(['triggers', index], name => kTrigger.test(String(name)), t.trigger);
    });
  if (isObject(rule.when)) found.push(...groupFaults(rule.when, ['when']));
  const caps = valueAt(rule, ['limit', 'caps']);
  (Array.isArray(caps) ? caps : []).forEach((_, index) => {
    const path = ['limit', 'caps', index];
    need([...path, 'max'], value => isWhole(value, 1, kCap), t.whole(1, kCap));
    const isPeriod = (per: Json) => isObject(per) || String(per) in kRules.editor.limits.periods || isDuration(per);
    need([...path, 'per'], isPeriod, t.duration);
  });
  need(['limit', 'cooldown'], isDuration, t.duration);
  if (isObject(rule.goal)) {
    if (!rule.goal.key) found.push({ field: 'goal.key', issue: t.goal });
    if (rule.goal.within === undefined) found.push({ field: 'goal.within', issue: t.goalWithin });
  }
  need(['goal', 'within'], isDuration, t.duration);
  need(['split', 'holdout'], isPercent, t.percent);
  need(['rollout'], isPercent, t.percent);
  need(['ttl'], isDuration, t.duration);
  return found;
}
