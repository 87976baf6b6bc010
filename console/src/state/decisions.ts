// Decisions as the page shows them, and what changed from one response to the next.
import { nameOf } from './words.ts';

export interface ConditionTrace {
  path: string;
  met: boolean;
  measure: string;
  wanted: string;
  seen: string;
  skipped?: number; // values that the measure could not use, and why
  why?: string;
  margin?: string | null;
  changesAt?: string | null;
  signals?: number[]; // versions of the signals that were counted
}

export interface RuleTrace {
  ruleId: string;
  matched: boolean;
  conditions: ConditionTrace[];
  heldBack?: { by: string; until: string | null; missing?: string | null }; // "limit", "hours", or "render" with what is missing
  outcome?: string;
  variant?: string;
  status?: string;
}

export interface Decision {
  decisionId: string;
  handle: string;
  sessionId: string;
  trigger: string;
  outcome: string;
  ruleId: string | null;
  variant: string | null;
  action: { type: string; payload?: unknown } | null;
  sessionVersion: number;
  rulesVersion: number;
  resolvedAt: string;
  expiresAt: string;
  ttlSeconds: number;
  etag: string;
  explanation?: RuleTrace[];
}

export interface Change {
  what: string;
  was: string;
  is: string;
}

const kCompared = {
  outcome: 'outcome',
  ruleId: 'rule',
  variant: 'variant',
  action: 'action',
  sessionVersion: 'session version',
  rulesVersion: 'rules version',
} as const;
const text = (value: unknown) =>
  value === null || value === undefined ? 'none' : typeof value === 'object' ? JSON.stringify(value) : String(value);

// The changes from `was` to `is`: the outcome first, then the actual value of each condition.
export function differences(was: Decision, is: Decision): Change[] {
  const changes: Change[] = [];
  for (const [member, what] of Object.entries(kCompared) as [keyof typeof kCompared, string][]) {
    const show = (value: unknown) => (member === 'outcome' ? nameOf(text(value)) : text(value));
    if (text(was[member]) !== text(is[member])) changes.push({ what, was: show(was[member]), is: show(is[member]) });
  }
  for (const rule of is.explanation ?? []) {
    const before = was.explanation?.find(one => one.ruleId === rule.ruleId);
    if (!before) continue;
    if (before.matched !== rule.matched)
      changes.push({
        what: rule.ruleId,
        was: before.matched ? 'matched' : 'no match',
        is: rule.matched ? 'matched' : 'no match',
      });
    for (const condition of rule.conditions) {
      const seen = before.conditions.find(one => one.path === condition.path)?.seen;
      if (seen !== undefined && seen !== condition.seen)
        changes.push({ what: `${rule.ruleId}: ${condition.measure}`, was: seen, is: condition.seen });
    }
  }
  return changes;
}
