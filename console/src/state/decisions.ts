// Decisions as the operator sees them, and what changed from one answer to the next.
export interface ConditionTrace {
  path: string;
  met: boolean;
  measure: string;
  wanted: string;
  seen: string;
  margin?: string;
  changesAt?: string | null;
  signals?: number[]; // versions of those that count
}

export interface RuleTrace {
  ruleId: string;
  matched: boolean;
  conditions: ConditionTrace[];
  heldBack?: { by: string; until: string | null }; // "limit": a cap or a cooldown; "hours"
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

const kCompared = ['outcome', 'ruleId', 'variant', 'action', 'sessionVersion', 'rulesVersion'] as const;
const text = (value: unknown) =>
  value === null || value === undefined ? 'none' : typeof value === 'object' ? JSON.stringify(value) : String(value);

// What is different in `is` from `was`: the answer first, then what was seen of each condition.
export function differences(was: Decision, is: Decision): Change[] {
  const changes: Change[] = [];
  for (const what of kCompared)
    if (text(was[what]) !== text(is[what])) changes.push({ what, was: text(was[what]), is: text(is[what]) });
  for (const rule of is.explanation ?? []) {
    const before = was.explanation?.find(one => one.ruleId === rule.ruleId);
    if (!before) continue;
    if (before.matched !== rule.matched)
      changes.push({
        what: rule.ruleId,
        was: before.matched ? 'held' : 'did not hold',
        is: rule.matched ? 'holds' : 'does not hold',
      });
    for (const condition of rule.conditions) {
      const seen = before.conditions.find(one => one.path === condition.path)?.seen;
      if (seen !== undefined && seen !== condition.seen)
        changes.push({ what: `${rule.ruleId}: ${condition.measure}`, was: seen, is: condition.seen });
    }
  }
  return changes;
}
