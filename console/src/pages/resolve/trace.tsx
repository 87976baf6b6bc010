import { useState } from 'preact/hooks';
import { Empty } from '../../parts/empty.tsx';
import { Instant } from '../../parts/instant.tsx';
import { at } from '../../state/place.ts';
import { AddExamples } from '../rules/examples.tsx';
import type { ConditionTrace, RuleTrace } from '../../state/decisions.ts';

const kHolds: Record<string, string> = {
  limit: 'holds, and is held back by its cap or cooldown',
  hours: 'holds, and is held back: its hours are closed',
};

const verdict = (rule: RuleTrace, chosen: string | null) => {
  if (rule.heldBack) return ['held', kHolds[rule.heldBack.by] ?? 'holds, and is held back'];
  if (rule.matched) return rule.ruleId === chosen ? ['yes', 'holds, and is the answer'] : ['yes', 'holds'];
  return ['no', 'does not hold'];
};

// Why: every rule of the trigger in the order of judgement, with what each condition wanted and saw.
export function Trace({ rules, chosen }: { rules: RuleTrace[]; chosen: string | null }) {
  if (!rules.length) return <NoRules />;
  return (
    <section class="trace" aria-label="Why">
      <h4>Why: the rules of this trigger, in order</h4>
      <ol>
        {rules.map(rule => {
          const [kind, words] = verdict(rule, chosen);
          return (
            <li key={rule.ruleId} class={kind}>
              <p>
                <a href={at('rules', [rule.ruleId])}>{rule.ruleId}</a>{' '}
                <span class="verdict">
                  {words}
                  {rule.heldBack?.until && (
                    <>
                      , until <Instant at={rule.heldBack.until} />
                    </>
                  )}
                </span>
                {rule.status && rule.status !== 'live' && <span class="chip">{rule.status}</span>}
              </p>
              {rule.conditions.length > 0 && <Conditions all={rule.conditions} />}
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function NoRules() {
  const [done, setDone] = useState(false);
  if (done)
    return (
      <p class="note" role="status">
        Three example rules are in force. Resolve again to see the difference.
      </p>
    );
  return (
    <Empty says="No rule speaks at this trigger.">
      <div class="actions">
        <AddExamples onDone={() => setDone(true)} />
        <a class="button" href={at('rules', ['+'])}>
          Write one
        </a>
      </div>
    </Empty>
  );
}

function Conditions({ all }: { all: ConditionTrace[] }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Conditions">
      <table>
        <thead>
          <tr>
            <th>Condition</th>
            <th>Wanted</th>
            <th>Seen</th>
            <th>What would change it</th>
          </tr>
        </thead>
        <tbody>
          {all.map(({ path, met, measure, wanted, seen, margin, changesAt, signals }) => (
            <tr key={path}>
              <td title={path}>
                <span class={met ? 'met' : 'unmet'}>{met ? '✓ met' : '✗ not met'}</span> {measure}
              </td>
              <td>{wanted}</td>
              <td>
                {seen}
                {signals?.length ? <small class="quiet"> (signals {signals.join(', ')})</small> : null}
              </td>
              <td>
                {margin || '–'}
                {changesAt && (
                  <small class="quiet">
                    {' '}
                    <Instant at={changesAt} />
                  </small>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
