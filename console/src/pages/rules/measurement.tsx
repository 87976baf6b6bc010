import { fieldsOf, keysOf } from '../../state/catalog.ts';
import { isDelayed } from '../../state/delayed.ts';
import { kRules } from '../../sentences/rules.ts';
import { isObject } from './draft.ts';
import { Amount, choicesOf, Choose, Text, useForm, useSeen, Wait } from './form.tsx';

const t = kRules.editor.measure;

// The goal, the control group, and how long a decision counts.
export function Measurement() {
  const { at, rule } = useForm(),
    seen = useSeen();
  const split = at(['split']);
  return (
    <section class="panel" aria-labelledby="measure">
      <div class="phead">
        <h2 id="measure">{t.title}</h2>
      </div>
      <div class="pad form">
        <Text path={['goal', 'key']} label={t.goal} hint={t.goalHint} suggest={keysOf(seen)} mono />
        <Wait path={['goal', 'within']} label={t.within} />
        <Text path={['goal', 'valueField']} label={t.revenue} suggest={fieldsOf(seen, at(['goal', 'key']))} mono />
        {at(['goal', 'valueField']) !== undefined && (
          <Text
            path={['goal', 'currencyField']}
            label={t.currency}
            hint={t.currencyHint}
            suggest={fieldsOf(seen, at(['goal', 'key']))}
            mono
          />
        )}
        {at(['goal']) !== undefined && (
          <Choose path={['goal', 'count']} label={t.counts} choices={choicesOf(t.countings)} fallback="once" />
        )}
        <Amount path={['split', 'holdout']} label={t.holdout} hint={t.holdoutHint} />
        {isObject(split) && (
          <>
            <Choose path={['split', 'unit']} label={t.unit} choices={choicesOf(t.units)} fallback="visitor" />
            <Text path={['split', 'salt']} label={t.seed} hint={t.seedHint} mono />
          </>
        )}
        <Wait path={['ttl']} label={t.ttl} hint={isDelayed(rule) ? t.ttlDueHint : t.ttlHint} />
      </div>
    </section>
  );
}
