// How a value is compared: of a trait, of the context, or of a metadata field.
import type { Suggestion } from '../../state/catalog.ts';
import { kRules } from '../../sentences/rules.ts';
import { AgeBound, Bound } from './bound.tsx';
import { isObject, type Json, type Path } from './draft.ts';
import { useForm } from './form.tsx';
import { Moment, Num, Pick, Word } from './inline.tsx';
import { distanceOf, kComparisons, kDistances } from './measures.ts';

const t = kRules.editor.fields;
type Object_ = { [name: string]: Json };
type Takes = (typeof kComparisons)[number][1];

const kFirstOf: { [takes in Takes]: Json } = {
  list: [''],
  scalar: '',
  number: 1,
  text: '',
  boolean: true,
  instant: '',
};
const kFirstDistance: { [name: string]: Object_ } = {
  until: { atLeast: '0s', atMost: '3d' },
  age: { atLeast: '30d' },
  daysUntil: { equals: 0 },
};
const kMissing = 'missing'; // `exists` with false
const kFolds: Takes[] = ['list', 'scalar', 'text'];
const takesOf = (name: string): Takes | undefined => kComparisons.find(([one]) => one === name)?.[1];

interface Props {
  path: Path;
  condition: Object_;
  values: Suggestion[]; // that were seen
  isTrait?: boolean;
}

// One comparison can be chosen and changed; of a condition with several, each can be changed.
export function Comparison({ path, condition, values, isTrait }: Props) {
  const { set } = useForm();
  const distance = distanceOf(condition);
  const given = kComparisons.map(([one]) => one).filter(one => condition[one] !== undefined);
  const chosen: string = distance ?? given[0] ?? 'in';
  const shown = chosen === 'exists' && condition.exists === false ? kMissing : chosen;
  const choices = [
    ...kComparisons.map(([one]) => [one, t.comparisons[one]!] as const),
    [kMissing, t.missing] as const,
    ...(isTrait ? kDistances.map(one => [one, t.comparisons[one]!] as const) : []),
  ];
  const move = (to: string) => {
    const { [chosen]: value, fold, ...rest } = condition;
    if (kFirstDistance[to]) return set(path, { ...rest, [to]: kFirstDistance[to] });
    const compared = to === kMissing ? 'exists' : to,
      takes = takesOf(compared)!;
    const kept: Object_ = kFolds.includes(takes) && fold !== undefined ? { fold } : {};
    const moved =
      to === kMissing
        ? false
        : takes === takesOf(chosen) && takes !== 'boolean'
          ? (value ?? kFirstOf[takes])
          : kFirstOf[takes];
    set(path, { ...rest, [compared]: moved, ...kept });
  };
  return (
    <>
      <Pick label={t.compared} value={shown} choices={choices} onChange={move} />
      {distance ? (
        <DistanceOf path={path} condition={condition} distance={distance} />
      ) : (
        <Compared path={path} of={chosen} label={t.values} condition={condition} values={values} />
      )}
      {given.slice(distance ? 0 : 1).map(one => (
        <span key={one} class="inner">
          <span>{t.comparisons[one]}</span>
          <Compared path={path} of={one} label={t.comparisons[one]!} condition={condition} values={values} />
        </span>
      ))}
      {condition.fold === true && <span>{t.anyCase}</span>}
    </>
  );
}

function DistanceOf({
  path,
  condition,
  distance,
}: {
  path: Path;
  condition: Object_;
  distance: (typeof kDistances)[number];
}) {
  const bounds = isObject(condition[distance]) ? condition[distance] : {};
  const Bounds = distance === 'daysUntil' ? Bound : AgeBound;
  return <Bounds path={[...path, distance]} condition={bounds} />;
}

function Compared({
  path,
  of,
  label,
  condition,
  values,
}: {
  path: Path;
  of: string;
  label: string;
  condition: Object_;
  values: Suggestion[];
}) {
  const { set } = useForm();
  const takes = takesOf(of),
    here = [...path, of];
  if (takes === 'boolean') return null; // its word says it
  const put = (to: Json | undefined) => set(here, to ?? '');
  if (takes === 'list')
    return <Word several always path={here} label={label} suggest={values} onText={to => set(here, to ?? [''])} />;
  if (takes === 'instant') return <Moment path={here} label={label} />;
  if (takes === 'number' || typeof condition[of] === 'number') return <Num path={here} label={label} />;
  return <Word path={here} label={label} suggest={values} onText={put} />;
}
