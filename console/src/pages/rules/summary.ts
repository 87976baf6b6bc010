// A rule in a few lines, for whoever is about to publish it. Pure.
import { kRules } from '../../sentences/rules.ts';
import { isObject, type Json, type RuleDraft } from './draft.ts';
import { durationWords, momentWords, thenWords, whoWords } from './measures.ts';

const t = kRules.editor.review;
const kPeriods: Record<string, string> = kRules.editor.limits.periods;

const periodWords = (per: Json | undefined) => {
  const name = isObject(per) ? String(per.calendar ?? '') : String(per ?? '');
  return kPeriods[name] ?? durationWords(per);
};

function limitWords(limit: Json | undefined): string {
  if (!isObject(limit)) return t.noLimits;
  const caps = Array.isArray(limit.caps) ? limit.caps.filter(isObject) : [];
  const said = [
    ...caps.map(({ max, per }) => t.cap(String(max ?? ''), periodWords(per))),
    ...(limit.cooldown === undefined ? [] : [t.cooldown(durationWords(limit.cooldown))]),
  ];
  const group = limit.group === undefined ? '' : t.group(String(limit.group));
  return (said.join(', ') || t.noLimits) + group;
}

function goalWords(goal: Json | undefined): string {
  if (!isObject(goal)) return t.noGoal;
  const revenue = goal.valueField === undefined ? '' : t.revenue(String(goal.valueField));
  return t.goalIs(String(goal.key ?? ''), durationWords(goal.within)) + revenue;
}

// What is left out of the lines is not in the rule either, but for its schedule, which the form says.
export function summaryOf(rule: RuleDraft): [name: string, says: string][] {
  const holdout = isObject(rule.split) ? Number(rule.split.holdout ?? 0) : 0;
  return [
    [t.when, momentWords(rule)],
    [t.who, whoWords(rule) || t.everybody],
    [t.message, thenWords(rule)],
    [t.limits, limitWords(rule.limit)],
    [t.goal, goalWords(rule.goal)],
    [t.control, holdout ? t.controlIs(String(holdout)) : t.noControl],
    ...(rule.rollout === undefined ? [] : [[t.rollout, t.rolloutIs(String(rule.rollout))] as [string, string]]),
  ];
}
