import { useState } from 'preact/hooks';
import { Empty } from '../../parts/empty.tsx';
import { Instant } from '../../parts/instant.tsx';
import { Table } from '../../parts/table.tsx';
import { at } from '../../state/place.ts';
import { AddExamples } from '../rules/examples.tsx';
import type { ConditionTrace, RuleTrace } from '../../state/decisions.ts';

const kHeldBack: Record<string, string> = {
  limit: 'matched, held back: frequency limit',
  hours: 'matched, held back: outside its schedule',
  render: 'matched, held back: a value is missing',
};

const verdict = (rule: RuleTrace, chosen: string | null) => {
  if (rule.heldBack) return ['held', kHeldBack[rule.heldBack.by] ?? 'matched, held back'];
  if (rule.matched) return rule.ruleId === chosen ? ['yes', 'matched, selected'] : ['yes', 'matched'];
  return ['no', 'no match'];
};

// Why: every rule of the trigger in the order of evaluation, with the required and actual value of each condition.
export function Trace({ rules, chosen }: { rules: RuleTrace[]; chosen: string | null }) {
  if (!rules.length) return <NoRules />;
  return (
    <section class="trace" aria-label="Why">
      <h4>Why: the rules for this trigger, in order of evaluation</h4>
      <ol>
        {rules.map(rule => {
          const [kind, words] = verdict(rule, chosen);
          return (
            <li key={rule.ruleId} class={kind}>
              <p>
                <a href={at('rules', [rule.ruleId])}>{rule.ruleId}</a>{' '}
                <span class="verdict">
                  {words}
                  {rule.heldBack?.missing && (
                    <>
                      : <code class="wrap">{rule.heldBack.missing}</code>
                    </>
                  )}
                  {rule.heldBack?.until && (
                    <>
                      , until <Instant at={rule.heldBack.until} />
                    </>
                  )}
                </span>{' '}
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
        Three example rules were published. Resolve again to see the difference.
      </p>
    );
  return (
    <Empty says="No rules for this trigger yet.">
      <div class="actions">
        <AddExamples onDone={() => setDone(true)} />
        <a class="button" href={at('rules', ['+'])}>
          New rule
        </a>
      </div>
    </Empty>
  );
}

const kHeads = ['Condition', 'Required', 'Actual', 'What would change it'];

const Conditions = ({ all }: { all: ConditionTrace[] }) => (
  <div class="stacking">
    <Table
      label="Conditions"
      heads={kHeads}
      rows={all.map(({ path, met, measure, wanted, seen, skipped, why, margin, changesAt, signals }) => ({
        key: path,
        cells: [
          <span title={path}>
            <span class={met ? 'met' : 'unmet'}>{met ? '✓ met' : '✗ not met'}</span> {measure}
          </span>,
          <span>{wanted}</span>,
          <span>
            {seen}
            {!!skipped && <small class="quiet">{` (${skipped} skipped: ${why})`}</small>}
            {signals?.length ? <small class="quiet"> (signals {signals.join(', ')})</small> : null}
          </span>,
          <span>
            {margin || (changesAt ? 'by itself, not before' : '–')}
            {changesAt && (
              <small class="quiet">
                {' '}
                <Instant at={changesAt} />
              </small>
            )}
          </span>,
        ],
        actions: false,
      }))}
    />
  </div>
);
