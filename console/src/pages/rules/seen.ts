// What is known of the handle for whoever writes a rule: what it has seen, and its other rules.
import { useEffect, useState } from 'preact/hooks';
import { ask, quietly } from '../../api/client.ts';
import { kNothingSeen, type Seen, type Suggestion } from '../../state/catalog.ts';
import { readTraits } from '../../state/people.ts';
import { isObject, type RuleDraft } from './draft.ts';

const kAtOnce = 200;

async function readRules(handle: string): Promise<RuleDraft[] | null> {
  const rules: RuleDraft[] = [];
  for (let cursor: string | undefined; ; ) {
    const answer = await ask(
      quietly.GET('/v2/handles/{handle}/chain-rules', {
        params: { path: { handle }, query: { cursor, limit: kAtOnce } },
      }),
    );
    if (!answer.ok) return null;
    rules.push(...(answer.data.items as unknown as RuleDraft[]));
    if (!answer.data.nextCursor) return rules;
    cursor = answer.data.nextCursor;
  }
}

const readCounters = async (handle: string) => {
  const answer = await ask(quietly.GET('/v2/handles/{handle}/counters', { params: { path: { handle } } }));
  return answer.ok ? answer.data.items.map(({ name }) => name) : [];
};

function groupsOf(rules: RuleDraft[]): Suggestion[] {
  const found = new Map<string, string>();
  for (const { limit, name, ruleId } of rules)
    if (isObject(limit) && typeof limit.group === 'string') found.set(limit.group, String(name ?? ruleId));
  return [...found].map(([value, note]) => ({ value, note }));
}

export interface Known {
  seen: Seen;
  rules: RuleDraft[] | null; // null until they are known
}

export function useKnown(handle: string): Known {
  const [known, setKnown] = useState<Known>({ seen: kNothingSeen, rules: null });
  useEffect(() => {
    let alive = true;
    const read = async () => {
      const [catalog, traits, counters, rules] = await Promise.all([
        ask(quietly.GET('/v2/handles/{handle}/catalog', { params: { path: { handle } } })),
        readTraits(handle),
        readCounters(handle),
        readRules(handle),
      ]);
      if (!alive) return;
      setKnown({
        rules,
        seen: {
          catalog: catalog.ok ? catalog.data : kNothingSeen.catalog,
          traits: traits.ok ? traits.data.items : [],
          counters,
          rules: (rules ?? []).map(rule => ({ value: String(rule.ruleId), note: String(rule.name ?? '') })),
          groups: groupsOf(rules ?? []),
        },
      });
    };
    void read();
    return () => {
      alive = false;
    };
  }, [handle]);
  return known;
}
