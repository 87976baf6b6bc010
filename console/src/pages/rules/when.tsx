// The moment at which a rule is considered: a trigger of a page, or that something does not happen.
import { useRef } from 'preact/hooks';
import { Icon } from '../../parts/icon.tsx';
import { traitsOf, triggersOf } from '../../state/catalog.ts';
import { isDelayed, kDue } from '../../state/delayed.ts';
import { kRules } from '../../sentences/rules.ts';
import { Filter } from './condition.tsx';
import { isObject, type Json, type RuleDraft } from './draft.ts';
import { Texts, useForm, useSeen } from './form.tsx';
import { focusSoon, Span, Word, Wrong } from './inline.tsx';
import { absenceIn, measureNamed } from './measures.ts';

const t = kRules.editor.when;

const allOf = (rule: RuleDraft) => (isObject(rule.when) && Array.isArray(rule.when.all) ? rule.when.all : []);

export function When() {
  const { rule, set } = useForm();
  const delayed = isDelayed(rule);
  const triggersBefore = useRef<Json>(['checkout']),
    absenceBefore = useRef<Json>(measureNamed('absent')!.blank);
  const turn = (toDelayed: boolean) => {
    if (toDelayed === delayed) return;
    const all = allOf(rule),
      when = isObject(rule.when) ? rule.when : {},
      absence = absenceIn(rule);
    if (toDelayed) {
      triggersBefore.current = rule.triggers ?? triggersBefore.current;
      const waits = absence >= 0 ? all : [absenceBefore.current, ...all];
      return set([], { ...rule, triggers: [kDue], when: { ...when, all: waits } });
    }
    if (absence >= 0) absenceBefore.current = all[absence]!;
    const { include: _, ...rest } = rule;
    const kept = all.filter((_, index) => index !== absence);
    set([], { ...rest, triggers: triggersBefore.current, when: { ...when, all: kept } });
  };
  return (
    <section class="panel" aria-labelledby="when">
      <div class="phead">
        <h2 id="when">{t.title}</h2>
        <span class="m sm">{t.says}</span>
      </div>
      <div class="pad stack s">
        <fieldset class="row">
          <legend class="hide">{t.kind}</legend>
          {(['trigger', 'due'] as const).map(kind => (
            <label key={kind} class="check">
              <input
                type="radio"
                name="moment"
                checked={(kind === 'due') === delayed}
                onChange={() => turn(kind === 'due')}
              />
              {t[kind]}
            </label>
          ))}
        </fieldset>
        {delayed ? <Absence /> : <Triggers />}
      </div>
    </section>
  );
}

function Triggers() {
  const { rule, set } = useForm(),
    seen = useSeen(),
    here = useRef<HTMLDivElement>(null);
  const triggers = Array.isArray(rule.triggers) ? rule.triggers : [];
  const shown = triggers.length ? triggers : [''];
  const known = triggersOf(seen);
  const write = (index: number, to: Json | undefined) =>
    set(['triggers'], Object.assign([...shown], { [index]: to ?? '' }));
  const remove = (index: number) => {
    set(['triggers'], shown.toSpliced(index, 1));
    focusSoon(() => here.current?.querySelector('input'));
  };
  const add = () => {
    set(['triggers'], [...shown, '']);
    focusSoon(() => [...here.current!.querySelectorAll('input')].at(-1));
  };
  return (
    <>
      <div class="cond" ref={here}>
        <span>{t.reaches}</span>
        {shown.map((name, index) => (
          <span key={index} class="inner">
            {index > 0 && <span>{t.or}</span>}
            <Word
              path={['triggers', index]}
              label={t.triggerName(index)}
              suggest={known.filter(one => one.value === name || !shown.includes(one.value))}
              onText={to => write(index, to)}
            />
            {shown.length > 1 && (
              <button
                type="button"
                class="btn flat ic"
                aria-label={t.removeTrigger(String(name))}
                onClick={() => remove(index)}
              >
                <Icon name="close" />
              </button>
            )}
          </span>
        ))}
        <button type="button" class="btn flat ic" aria-label={t.addTrigger} title={t.addTrigger} onClick={add}>
          <Icon name="plus" />
        </button>
      </div>
      <Wrong path={['triggers']} />
    </>
  );
}

// "No [purchase] follows [cart] within [30] [minutes]": the condition that ends a wait.
function Absence() {
  const { rule } = useForm(),
    seen = useSeen();
  const index = absenceIn(rule);
  const path = ['when', 'all', index];
  return (
    <>
      {index >= 0 && (
        <>
          <div class="cond">
            <span>{t.no}</span>
            <Filter path={[...path, 'absent']} what={t.awaited} />
            <span>{t.follows}</span>
            <Filter path={[...path, 'after']} what={kRules.editor.fields.after} />
            <span>{t.within}</span>
            <Span path={[...path, 'for']} label={kRules.editor.fields.for} />
          </div>
          <Wrong path={path} />
        </>
      )}
      <Wrong path={['triggers']} />
      <p class="hint">{t.dueHint}</p>
      <Texts path={['include']} label={t.include} hint={t.includeHint} suggest={traitsOf(seen)} always />
    </>
  );
}
