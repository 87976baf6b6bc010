// What a number or an age is compared with.
import { kRules } from '../../sentences/rules.ts';
import type { Json, Path } from './draft.ts';
import { choicesOf, useForm } from './form.tsx';
import { Num, Pick, Span } from './inline.tsx';

const t = kRules.editor.fields;
type Object_ = { [name: string]: Json };

const kBounds = ['atLeast', 'atMost', 'equals'] as const;
const boundOf = (condition: Object_) =>
  condition.atLeast !== undefined && condition.atMost !== undefined
    ? 'between'
    : (kBounds.find(name => condition[name] !== undefined) ?? 'atLeast');

// The same numbers with another comparison.
function rebound(condition: Object_, to: string, first: Json): Object_ {
  const { atLeast, atMost, equals, ...rest } = condition;
  const value = atLeast ?? equals ?? atMost ?? first;
  return to === 'between' ? { ...rest, atLeast: value, atMost: atMost ?? value } : { ...rest, [to]: value };
}

export function Bound({ path, condition }: { path: Path; condition: Object_ }) {
  const { set } = useForm();
  const bound = boundOf(condition);
  return (
    <>
      <Pick
        label={t.bound}
        value={bound}
        choices={choicesOf(t.bounds)}
        onChange={to => set(path, rebound(condition, to, 1))}
      />
      <Num path={[...path, bound === 'between' ? 'atLeast' : bound]} label={t.number} />
      {bound === 'between' && (
        <>
          <span>{t.and}</span>
          <Num path={[...path, 'atMost']} label={t.upTo} />
        </>
      )}
    </>
  );
}

export function AgeBound({ path, condition }: { path: Path; condition: Object_ }) {
  const { set } = useForm();
  const bound = boundOf(condition);
  return (
    <>
      <Pick
        label={t.bound}
        value={bound}
        choices={choicesOf(t.ages)}
        onChange={to => set(path, rebound(condition, to, '1d'))}
      />
      <Span path={[...path, bound === 'between' ? 'atLeast' : bound]} label={t.age} />
      {bound === 'between' && (
        <>
          <span>{t.and}</span>
          <Span path={[...path, 'atMost']} label={t.upToAge} />
        </>
      )}
    </>
  );
}
