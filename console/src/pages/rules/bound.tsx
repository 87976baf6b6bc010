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

interface Props {
  path: Path;
  condition: Object_;
}
interface Kind {
  first: Json;
  bounds: { [bound: string]: string };
  label: string;
  upTo: string;
  Field: typeof Num;
}

const boundsOf =
  ({ first, bounds, label, upTo, Field }: Kind) =>
  ({ path, condition }: Props) => {
    const { set } = useForm();
    const bound = boundOf(condition);
    return (
      <>
        <Pick
          label={t.bound}
          value={bound}
          choices={choicesOf(bounds)}
          onChange={to => set(path, rebound(condition, to, first))}
        />
        <Field path={[...path, bound === 'between' ? 'atLeast' : bound]} label={label} />
        {bound === 'between' && (
          <>
            <span>{t.and}</span>
            <Field path={[...path, 'atMost']} label={upTo} />
          </>
        )}
      </>
    );
  };

export const Bound = boundsOf({ first: 1, bounds: t.bounds, label: t.number, upTo: t.upTo, Field: Num });
export const AgeBound = boundsOf({ first: '1d', bounds: t.ages, label: t.age, upTo: t.upToAge, Field: Span });
