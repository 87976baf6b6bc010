// What a new rule begins with.
import { kRules } from '../../sentences/rules.ts';
import { kBlank, kPopup, type RuleDraft } from './draft.ts';
import { kExamples } from './example_rules.ts';

const t = kRules.editor.start;

const draft = (rule: RuleDraft): RuleDraft => ({ ...rule, status: 'draft' });

export const kStarts: [name: string, says: string, ruleId: string, rule: RuleDraft][] = [
  [
    t.cart,
    t.cartSays,
    'save-the-cart',
    draft({ ...kExamples['save-the-cart'], limit: { caps: [{ max: 1, per: 'session' }] } }),
  ],
  [t.reminder, t.reminderSays, 'cart-reminder', draft(kExamples['remind-of-the-cart'])],
  [t.welcome, t.welcomeSays, 'welcome-back', draft(kExamples['welcome-back'])],
  [
    t.blank,
    t.blankSays,
    '',
    { status: 'draft', priority: kBlank.priority!, triggers: ['checkout'], when: {}, action: kPopup },
  ],
];

export function Start({ onStart }: { onStart: (ruleId: string, rule: RuleDraft) => void }) {
  return (
    <section class="panel" aria-labelledby="start">
      <div class="phead">
        <h2 id="start">{t.title}</h2>
      </div>
      <ul class="pad starts">
        {kStarts.map(([name, says, ruleId, rule]) => (
          <li key={name}>
            <button type="button" class="start" onClick={() => onStart(ruleId, rule)}>
              <b>{name}</b>
              <span class="m sm">{says}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
