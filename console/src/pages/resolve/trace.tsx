import './decision_card.css';
import { useState } from 'preact/hooks';
import { Empty } from '../../parts/empty.tsx';
import { Instant } from '../../parts/instant.tsx';
import { Table } from '../../parts/table.tsx';
import { kPlaybook } from '../../sentences/playbook.ts';
import { at } from '../../state/place.ts';
import { AddExamples } from '../rules/examples.tsx';
import type { ConditionTrace, RuleTrace } from '../../state/decisions.ts';

const kSays = kPlaybook.trace;

const verdict = (rule: RuleTrace, chosen: string | null) => {
  if (rule.heldBack) return ['held', kSays.heldBackBy[rule.heldBack.by] ?? kSays.heldBack];
  if (rule.matched) return rule.ruleId === chosen ? ['yes', kSays.selected] : ['yes', kSays.matched];
  return ['no', kSays.noMatch];
};

// Why: every rule of the trigger in the order of evaluation, with the required and actual value of each condition.
export function Trace({ rules, chosen }: { rules: RuleTrace[]; chosen: string | null }) {
  if (!rules.length) return <NoRules />;
  return (
    <section class="trace" aria-label={kSays.label}>
      <h4>{kSays.title}</h4>
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
                      {kSays.until} <Instant at={rule.heldBack.until} />
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
        {kSays.published}
      </p>
    );
  return (
    <Empty says={kSays.none}>
      <div class="row">
        <AddExamples onDone={() => setDone(true)} />
        <a class="btn" href={at('rules', ['+'])}>
          {kSays.newRule}
        </a>
      </div>
    </Empty>
  );
}

const Conditions = ({ all }: { all: ConditionTrace[] }) => (
  <div class="stacking">
    <Table
      label={kSays.conditions}
      heads={kSays.heads}
      rows={all.map(({ path, met, measure, wanted, seen, skipped, why, margin, changesAt, signals }) => ({
        key: path,
        cells: [
          <span title={path}>
            <span class={met ? 'met' : 'unmet'}>{met ? kSays.met : kSays.notMet}</span> {measure}
          </span>,
          <span>{wanted}</span>,
          <span>
            {seen}
            {!!skipped && <small class="m">{` ${kSays.skipped(skipped, why)}`}</small>}
            {signals?.length ? <small class="m">{` ${kSays.signals(signals)}`}</small> : null}
          </span>,
          <span>
            {margin || (changesAt ? kSays.byItself : '–')}
            {changesAt && (
              <small class="m">
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
