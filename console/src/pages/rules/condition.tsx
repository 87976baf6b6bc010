import { Icon } from '../../parts/icon.tsx';
import { Menu, type MenuItem } from '../../parts/menu.tsx';
import {
  fieldsOf,
  fieldValuesOf,
  keysOf,
  valuesOf,
  contextFieldsOf,
  contextValuesOf,
  scoresOf,
  traitsOf,
} from '../../state/catalog.ts';
import { kRules } from '../../sentences/rules.ts';
import { AgeBound, Bound } from './bound.tsx';
import { Comparison } from './comparison.tsx';
import { isObject, type Json, type Path } from './draft.ts';
import { choicesOf, useForm, useSeen } from './form.tsx';
import { Num, Pick, Span, Word, Wrong } from './inline.tsx';
import {
  distanceOf,
  everOf,
  kEver,
  kMeasures,
  measureNamed,
  measureOf,
  type MeasureKind,
  type Part,
} from './measures.ts';
import { Zone } from './zone.tsx';

const t = kRules.editor.fields;
const who = kRules.editor.who;
type Object_ = { [name: string]: Json };

// A condition as a sentence with its fields inside.
export function Condition({ path, condition, onRemove }: { path: Path; condition: Json; onRemove: () => void }) {
  const { set } = useForm();
  const kind = measureOf(condition);
  return (
    <li class="stack s">
      <div class="cond">
        <span class="words">
          <Pick
            label={who.kind}
            value={kind?.name ?? ''}
            choices={[
              ...(kind ? [] : [['', kRules.words.unknown] as const]),
              ...kMeasures.map(({ name, label }) => [name, kRules.editor.kinds[name] ?? label] as const),
            ]}
            onChange={name => set(path, measureNamed(name)?.blank)}
          />
          {kind && isObject(condition) && <Sentence kind={kind} path={path} condition={condition} />}
        </span>
        <span class="tools">
          {kind && isObject(condition) && <Refine kind={kind} path={path} condition={condition} />}
          <button type="button" class="btn flat ic" aria-label={who.remove} title={who.remove} onClick={onRemove}>
            <Icon name="close" />
          </button>
        </span>
      </div>
      <Wrong path={path} />
    </li>
  );
}

interface PartProps {
  kind: MeasureKind;
  path: Path;
  condition: Object_;
}

// The places of a sentence by the part of the measure that fills them.
const kPlaces: Record<Part, string[]> = {
  filter: ['filter'],
  field: ['field'],
  window: ['window'],
  bound: ['bound'],
  age: ['age', 'bound'],
  after: ['after'],
  steps: ['steps'],
  score: ['name'],
  context: ['name'],
  comparison: ['values'],
  trait: ['name'],
  distance: ['values'],
  ever: ['ever'],
  decision: ['decision'],
  same: ['same'],
  scope: ['scope'],
};

function Sentence({ kind, path, condition }: PartProps) {
  const sentence = kRules.editor.sentences[kind.name] ?? kind.sentence;
  const pieces = sentence.split(/\{([^}]+)\}/);
  const named = new Set(pieces.filter((_, index) => index % 2).map(one => one.trim()));
  const unnamed = kind.parts.filter(part => !kPlaces[part].some(one => named.has(one))).map(part => kPlaces[part][0]!);
  return (
    <>
      {pieces.map((piece, index) =>
        index % 2 ? (
          <Place key={index} name={piece.trim()} kind={kind} path={path} condition={condition} />
        ) : (
          piece.trim() && <span key={index}>{piece.trim()}</span>
        ),
      )}
      {unnamed.map(name => (
        <Place key={name} name={name} kind={kind} path={path} condition={condition} />
      ))}
    </>
  );
}

function Place({ name, kind, path, condition }: PartProps & { name: string }) {
  const seen = useSeen();
  const measured = [...path, kind.name];
  switch (name) {
    case 'filter':
      return <Filter path={measured} what={t.signal} />;
    case 'after':
      return <Filter path={[...path, 'after']} what={t.after} />;
    case 'for':
      return <Span path={[...path, 'for']} label={t.for} />;
    case 'field':
    case 'field of':
      return <FieldOf path={measured} condition={condition[kind.name]} optional={name === 'field of'} />;
    case 'window':
      return <Window path={path} condition={condition} />;
    case 'bound':
      if (kind.parts.includes('age')) return <AgeBound path={path} condition={condition} />;
      return condition.reached === undefined ? (
        <Bound path={path} condition={condition} />
      ) : (
        <>
          <span>{t.bounds.atLeast}</span>
          <Num path={[...path, 'reached']} label={t.number} />
        </>
      );
    case 'age':
      return <AgeBound path={path} condition={condition} />;
    case 'steps':
      return <Steps path={[...path, 'steps']} steps={condition.steps} />;
    case 'same':
      return condition.same === undefined ? null : (
        <>
          <span>{t.sameWords}</span>
          <Word path={[...path, 'same']} label={t.same} suggest={fieldsOf(seen, undefined)} />
        </>
      );
    case 'scope':
      return <Scope path={path} condition={condition} />;
    case 'name':
      return <NameOf kind={kind} path={path} />;
    case 'values':
      return (
        <Comparison
          path={path}
          condition={condition}
          values={condition.context ? contextValuesOf(seen, condition.context) : []}
          isTrait={kind.name === 'trait'}
        />
      );
    case 'ever':
      return <Ever path={path} condition={condition} />;
    case 'decision':
      return <Decision path={measured} />;
    default:
      return null;
  }
}

function NameOf({ kind, path }: { kind: MeasureKind; path: Path }) {
  const seen = useSeen();
  const [label, suggest] =
    kind.name === 'trait'
      ? [t.trait, traitsOf(seen)]
      : kind.name === 'context'
        ? [t.context, contextFieldsOf(seen)]
        : [t.score, scoresOf(seen)];
  const { set, at } = useForm();
  const member = [...path, kind.name];
  return (
    <Word
      path={member}
      label={label}
      suggest={suggest}
      onText={to => set(path, { ...(at(path) as Object_), [kind.name]: to ?? '' })}
    />
  );
}

// Which signals: their name and value, and what else is asked of them. It stays a filter when all is taken away.
export function Filter({ path, what }: { path: Path; what: string }) {
  const seen = useSeen(),
    { at, set } = useForm();
  const found = at(path);
  const filter = isObject(found) ? found : {};
  const put = (name: string) => (to: Json | undefined) => {
    const { [name]: _, ...rest } = filter;
    set(path, to === undefined ? rest : { ...rest, [name]: to });
  };
  return (
    <>
      <Word
        several
        path={[...path, 'key']}
        label={t.key(what)}
        suggest={keysOf(seen)}
        placeholder={kRules.words.anySignal}
        onText={put('key')}
      />
      <Word
        several
        path={[...path, 'value']}
        label={t.value(what)}
        suggest={valuesOf(seen, filter.key)}
        placeholder={t.anyValue}
        onText={put('value')}
      />
      {filter.source !== undefined && (
        <>
          <span>{t.sourceWords}</span>
          <Word
            several
            path={[...path, 'source']}
            label={t.source(what)}
            suggest={sourcesOf(seen)}
            onText={put('source')}
          />
        </>
      )}
      {filter.minConfidence !== undefined && (
        <>
          <span>{t.confidenceWords}</span>
          <Num path={[...path, 'minConfidence']} label={t.minConfidence(what)} />
        </>
      )}
      <MetaFields path={path} what={what} />
    </>
  );
}

const sourcesOf = ({ catalog }: ReturnType<typeof useSeen>) =>
  catalog.sources.map(({ value, count }) => ({ value, note: kRules.editor.seen(count) }));

const kMostMeta = 5; // metadata fields that a filter can have

// What a filter asks of metadata fields.
function MetaFields({ path, what }: { path: Path; what: string }) {
  const seen = useSeen(),
    { at, set } = useForm();
  const found = at([...path, 'meta']);
  if (!isObject(found)) return null;
  const rename = (from: string, to: string) => {
    if (to in found) return;
    const renamed = Object.entries(found).map(([name, one]) => [name === from ? to : name, one] as const);
    set([...path, 'meta'], Object.fromEntries(renamed));
  };
  return (
    <>
      {Object.entries(found).map(([name, comparison], index) => (
        <span key={index} class="inner">
          <span>{t.where}</span>
          <Word
            path={[...path, 'meta', name, '']}
            label={t.meta(what)}
            suggest={fieldsOf(seen, at([...path, 'key']))}
            value={name}
            onText={to => rename(name, String(to ?? ''))}
          />
          <Comparison
            path={[...path, 'meta', name]}
            condition={isObject(comparison) ? comparison : {}}
            values={fieldValuesOf(seen, at([...path, 'key']), name)}
          />
          <button
            type="button"
            class="btn flat ic"
            aria-label={t.removeMeta}
            title={t.removeMeta}
            onClick={() => set([...path, 'meta', name], undefined)}
          >
            <Icon name="close" />
          </button>
        </span>
      ))}
    </>
  );
}

function FieldOf({ path, condition, optional }: { path: Path; condition: Json | undefined; optional: boolean }) {
  const seen = useSeen(),
    { set } = useForm();
  const filter = isObject(condition) ? condition : {};
  if (optional && filter.field === undefined) return null;
  const suggest = fieldsOf(seen, filter.key);
  const put = (name: string) => (to: Json | undefined) => {
    const { [name]: _, ...rest } = filter;
    set(path, to === undefined && (optional || name === 'times') ? rest : { ...rest, [name]: to ?? '' });
  };
  return (
    <>
      {optional && <span>{t.ofField}</span>}
      <Word path={[...path, 'field']} label={t.field} suggest={suggest} onText={put('field')} />
      {filter.times !== undefined && (
        <>
          <span>{t.timesWords}</span>
          <Word path={[...path, 'times']} label={t.times} suggest={suggest} onText={put('times')} />
        </>
      )}
      {optional && <span>{t.ofField}</span>}
    </>
  );
}

const kWindows: { [kind: string]: Object_ } = {
  within: { within: '30m' },
  calendar: { within: { calendar: 'day', zone: 'visitor' } },
  session: {},
};

function Window({ path, condition }: { path: Path; condition: Object_ }) {
  const { set } = useForm();
  const kind = isObject(condition.within) ? 'calendar' : condition.within === undefined ? 'session' : 'within';
  return (
    <>
      <Pick
        label={t.window}
        value={kind}
        choices={choicesOf(t.windows)}
        onChange={value => {
          const { within: _, per: __, ...rest } = condition;
          set(path, { ...rest, ...kWindows[value] });
        }}
      />
      {kind === 'within' && <Span path={[...path, 'within']} label={t.within} />}
      {kind === 'calendar' && (
        <>
          <Pick
            label={t.calendar}
            value={String((condition.within as Object_).calendar)}
            choices={choicesOf(t.periods)}
            onChange={period => set([...path, 'within', 'calendar'], period)}
          />
          <span>{t.zoneWords}</span>
          <Zone path={[...path, 'within', 'zone']} label={t.zone} />
        </>
      )}
      {condition.since !== undefined && (
        <>
          <span>{t.sinceWords}</span>
          <Filter path={[...path, 'since']} what={t.since} />
        </>
      )}
    </>
  );
}

function Scope({ path, condition }: { path: Path; condition: Object_ }) {
  const { set } = useForm();
  return (
    <Pick
      label={t.scope}
      value={String(condition.scope ?? '')}
      choices={choicesOf(t.scopes)}
      onChange={value => set([...path, 'scope'], value === '' ? undefined : value)}
    />
  );
}

function Steps({ path, steps }: { path: Path; steps: Json | undefined }) {
  const list = Array.isArray(steps) ? steps : [];
  return (
    <>
      {list.map((_, index) => (
        <span key={index} class="inner">
          {index > 0 && <span>{t.nextStep}</span>}
          <Filter path={[...path, index]} what={t.step(index)} />
        </span>
      ))}
    </>
  );
}

function Ever({ path, condition }: { path: Path; condition: Object_ }) {
  const { set } = useForm(),
    { counters = [] } = useSeen();
  const chosen = everOf(condition) ?? 'count';
  const isInstant = (name: string) => name === 'first' || name === 'last';
  const move = (to: string) => {
    const { [chosen]: value, ...rest } = condition;
    const first: Json = isInstant(to) ? { age: { atLeast: '90d' } } : { atLeast: 1 };
    set(path, { ...rest, [to]: isInstant(to) === isInstant(chosen) ? (value ?? first) : first });
  };
  const compared = isObject(condition[chosen]) ? condition[chosen] : {};
  return (
    <>
      <Word
        path={[...path, 'ever']}
        label={t.counter}
        suggest={counters.map(value => ({ value, note: '' }))}
        onText={to => set(path, { ...condition, ever: to ?? '' })}
      />
      <Pick label={t.ever} value={chosen} choices={kEver.map(name => [name, t.evers[name]])} onChange={move} />
      {isInstant(chosen) ? (
        <>
          <AgeBound path={[...path, chosen, 'age']} condition={isObject(compared.age) ? compared.age : {}} />
          <span>{t.ago}</span>
        </>
      ) : (
        <Bound path={[...path, chosen]} condition={compared} />
      )}
    </>
  );
}

function Decision({ path }: { path: Path }) {
  const { at, set } = useForm(),
    { rules = [] } = useSeen();
  const found = at(path);
  const decision = isObject(found) ? found : {};
  return (
    <>
      <Pick
        label={t.reaction}
        value={String(decision.reaction ?? '')}
        choices={choicesOf(t.reactions)}
        onChange={value => set([...path, 'reaction'], value === '' ? undefined : value)}
      />
      <span>{t.reactionWords}</span>
      <Word
        path={[...path, 'rule']}
        label={t.rule}
        suggest={rules}
        onText={to => set(path, { ...decision, rule: to ?? '' })}
      />
      <span>{t.reached}</span>
    </>
  );
}

// What a condition can have and rarely has.
function Refine({ kind: { name, parts }, path, condition }: PartProps) {
  const { at, set } = useForm();
  const measured = at([...path, name]);
  const filter = isObject(measured) && parts.includes('filter') ? measured : null;
  const items: MenuItem[] = [];
  const offer = (isOpen: boolean, says: string, run: () => void) => {
    if (isOpen) items.push({ name: says, run });
  };
  const inFilter = (member: string, value: Json) => () => set([...path, name], { ...filter, [member]: value });
  if (filter) {
    const meta = isObject(filter.meta) ? filter.meta : {};
    const hasRoom = Object.keys(meta).length < kMostMeta && !('' in meta);
    offer(hasRoom, who.addField, inFilter('meta', { ...meta, '': { in: [''] } }));
    offer(filter.source === undefined, who.addSource, inFilter('source', ''));
    offer(filter.minConfidence === undefined, who.addConfidence, inFilter('minConfidence', 0.6));
    offer(name === 'distinct' && filter.field === undefined, who.addDistinct, inFilter('field', ''));
    offer(parts.includes('field') && filter.times === undefined, who.addTimes, inFilter('times', ''));
  }
  const here = (member: string, value: Json) => () => set(path, { ...condition, [member]: value });
  offer(parts.includes('window') && condition.since === undefined, who.addSince, here('since', { key: 'cart' }));
  offer(parts.includes('same') && condition.same === undefined, who.addSame, here('same', 'sku'));
  if (name === 'steps' && Array.isArray(condition.steps)) {
    const { steps } = condition;
    offer(steps.length < kMostSteps, who.addStep, here('steps', [...steps, { key: '' }]));
    offer(steps.length > 1, who.removeStep, here('steps', steps.slice(0, -1)));
  }
  const canFold = parts.includes('comparison') && !distanceOf(condition) && condition.fold === undefined;
  offer(canFold, who.addFold, here('fold', true));
  if (!items.length) return null;
  return (
    <Menu label={who.refineCondition} items={items}>
      <Icon name="more" />
    </Menu>
  );
}

const kMostSteps = 10;
