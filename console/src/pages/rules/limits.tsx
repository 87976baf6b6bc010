import { useRef } from 'preact/hooks';
import { Icon } from '../../parts/icon.tsx';
import { kRules } from '../../sentences/rules.ts';
import { isObject, type Json } from './draft.ts';
import { choicesOf, Text, useForm, useSeen, Wait } from './form.tsx';
import { focusSoon, Num, Pick, Span, Wrong } from './inline.tsx';

const t = kRules.editor.limits;
const kRolling = 'rolling';

// How often the rule acts: "at most [1] times per [session]".
export function Limits() {
  const { at, set } = useForm(),
    seen = useSeen(),
    here = useRef<HTMLOListElement>(null);
  const caps = at(['limit', 'caps']);
  const list = Array.isArray(caps) ? caps : [];
  const add = () => {
    set(['limit', 'caps', list.length], { max: 1, per: 'session' });
    focusSoon(() => here.current?.querySelector<HTMLElement>('li:last-child input'));
  };
  const remove = (index: number, event: Event) => {
    const panel = (event.currentTarget as HTMLElement).closest('section')!;
    set(['limit', 'caps', index], undefined);
    focusSoon(() => panel.querySelector<HTMLElement>('.add'));
  };
  return (
    <section class="panel" aria-labelledby="limits">
      <div class="phead">
        <h2 id="limits">{t.title}</h2>
        <span class="m sm">{t.says}</span>
      </div>
      <div class="pad stack">
        {list.length === 0 && at(['limit', 'cooldown']) === undefined && <p class="m sm">{t.none}</p>}
        <ol class="stack s" ref={here}>
          {list.map((cap, index) => (
            <li key={index} class="stack s">
              <div class="cond">
                <span>{t.atMost}</span>
                <Num path={['limit', 'caps', index, 'max']} label={t.max(index)} />
                <span>{t.times}</span>
                <span>{t.per}</span>
                <Per index={index} cap={isObject(cap) ? cap : {}} />
                <button
                  type="button"
                  class="btn flat ic"
                  aria-label={t.remove(index)}
                  title={t.remove(index)}
                  onClick={event => remove(index, event)}
                >
                  <Icon name="close" />
                </button>
              </div>
              <Wrong path={['limit', 'caps', index]} />
            </li>
          ))}
        </ol>
        <div>
          <button type="button" class="btn flat add" onClick={add}>
            <Icon name="plus" />
            {t.add}
          </button>
        </div>
        <div class="form">
          <Wait path={['limit', 'cooldown']} label={t.cooldown} hint={t.cooldownHint} />
          <Text path={['limit', 'group']} label={t.group} hint={t.groupHint} suggest={seen.groups ?? []} />
        </div>
      </div>
    </section>
  );
}

function Per({ index, cap }: { index: number; cap: { [name: string]: Json } }) {
  const { set } = useForm();
  const path = ['limit', 'caps', index, 'per'];
  const per = String(cap.per ?? '');
  const kind = per in t.periods ? per : kRolling;
  return (
    <>
      <Pick
        label={t.period(index)}
        value={kind}
        choices={choicesOf(t.periods)}
        onChange={to => set(path, to === kRolling ? '7d' : to)}
      />
      {kind === kRolling && <Span path={path} label={t.length(index)} />}
    </>
  );
}
