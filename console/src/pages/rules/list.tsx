import { ask, quietly } from '../../api/client.ts';
import { Button } from '../../parts/button.tsx';
import { State } from '../../parts/chip.tsx';
import { Empty } from '../../parts/empty.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { useList } from '../../state/list.ts';
import { at, filter, place } from '../../state/place.ts';
import { AddExamples } from './examples.tsx';
import { kBlank, type RuleDraft } from './draft.ts';
import { thenWords, whenWords } from './measures.ts';
import { RuleTabs } from './tabs.tsx';

const text = (value: unknown) => String(value ?? '');
const bytes = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

// Highest priority first, ties by id: the order of evaluation.
export const inOrder = (rules: RuleDraft[]) =>
  rules.toSorted((a, b) => Number(b.priority ?? 0) - Number(a.priority ?? 0) || bytes(text(a.ruleId), text(b.ruleId)));

export function RuleList() {
  const { handle, query } = place.value;
  const { items, more, fault, again } = useList(
    cursor =>
      ask(
        quietly.GET('/v2/handles/{handle}/chain-rules', {
          params: { path: { handle }, query: { cursor, limit: 200 } },
        }),
      ),
    [handle],
  );
  const rules = inOrder((items ?? []) as unknown as RuleDraft[]);
  const triggers = [...new Set(rules.flatMap(rule => rule.triggers as string[]))].sort();
  const trigger = query.get('trigger') ?? '';
  const shown = trigger ? rules.filter(rule => (rule.triggers as string[]).includes(trigger)) : rules;
  let place_ = 0;
  return (
    <>
      <h1>Rules</h1>
      <p class="lead">
        A rule acts at a trigger when its conditions are true. Rules are evaluated in the order below, and the first
        match decides.
      </p>
      <RuleTabs />
      {fault && <FaultNote fault={fault} />}
      {items?.length === 0 && (
        <Empty
          says="No rules yet, so every decision is “no match”. Start with examples that fit the sample journeys of the playbook, or create your own."
          asked={{
            method: 'PUT',
            path: `/v2/handles/${handle}/chain-rules/cart-rescue`,
            signedIn: true,
            headers: [['content-type', 'application/json']],
            body: JSON.stringify({ ...kBlank, name: 'Save the cart', status: 'live' }),
          }}
        >
          <div class="actions">
            <AddExamples onDone={again} />
            <a class="button" href={at('rules', ['+'])}>
              New rule
            </a>
          </div>
        </Empty>
      )}
      {rules.length > 0 && (
        <>
          <div class="bar">
            <label>
              Trigger{' '}
              <select value={trigger} onChange={event => filter({ trigger: event.currentTarget.value })}>
                <option value="">all</option>
                {triggers.map(name => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </label>
            <a class="button primary" href={at('rules', ['+'])}>
              New rule
            </a>
          </div>
          <ol class="rule-list">
            {shown.map(rule => {
              const status = text(rule.status ?? 'live'),
                judged = status === 'live';
              if (judged) place_ += 1;
              return (
                <li key={text(rule.ruleId)}>
                  <a class="rule" href={at('rules', [text(rule.ruleId)])}>
                    <span class="order" title={judged ? 'position in the order of evaluation' : 'not live'}>
                      {judged ? place_ : '–'}
                    </span>
                    <span class="body">
                      <span class="head">
                        <strong>{text(rule.name) || text(rule.ruleId)}</strong>{' '}
                        <State name={judged ? 'act' : status === 'shadow' ? 'queued' : 'none'}>{status}</State>{' '}
                        <span class="quiet small">
                          priority {text(rule.priority ?? 0)} · {(rule.triggers as string[]).join(', ')}
                        </span>
                      </span>
                      <span class="small">
                        <span class="quiet">when</span> {whenWords(rule.when)} <span class="quiet">then</span>{' '}
                        {thenWords(rule)}
                      </span>
                    </span>
                  </a>
                </li>
              );
            })}
          </ol>
          {more && (
            <div>
              <Button onPress={more}>Show more</Button>
            </div>
          )}
        </>
      )}
    </>
  );
}
