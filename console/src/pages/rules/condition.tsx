import { useState } from 'preact/hooks';
import { SelectField, TextField } from '../../parts/field.tsx';
import { isObject, type Json, type Path } from './draft.ts';
import { contextFieldsOf, contextValuesOf, fieldsOf, keysOf, traitsOf, valuesOf } from '../../state/catalog.ts';
import { Amount, Choose, Text, Texts, useForm, useSeen } from './form.tsx';
import {
  conditionWords,
  distanceOf,
  everOf,
  isGroup,
  kComparisons,
  kEver,
  kMeasures,
  measureNamed,
  measureOf,
  type MeasureKind,
  type Part,
} from './measures.ts';

// What a condition is until another measure is chosen.
const kFirst = measureNamed('count')?.blank;

const kGroups = [
  ['all', 'All of these are true', 'and'],
  ['any', 'At least one of these is true', 'or'],
  ['none', 'None of these is true', 'nor'],
] as const;

export function When() {
  const { at, set } = useForm();
  return (
    <section class="card" aria-labelledby="when">
      <h2 id="when">When</h2>
      {kGroups.map(([group, title]) => {
        const all = at(['when', group]);
        const conditions = Array.isArray(all) ? all : [];
        if (!conditions.length && group !== 'all') return null;
        return (
          <fieldset key={group} class="group">
            <legend>{title}</legend>
            {conditions.length === 0 && <p class="quiet small">No conditions: the rule always matches.</p>}
            {conditions.map((condition, index) => (
              <Condition key={index} path={['when', group, index]} condition={condition} />
            ))}
            <button type="button" class="button" onClick={() => set(['when', group, conditions.length], kFirst)}>
              Add a condition
            </button>
          </fieldset>
        );
      })}
      <div class="actions">
        {kGroups
          .slice(1)
          .filter(([group]) => at(['when', group]) === undefined)
          .map(([group, title]) => (
            <button key={group} type="button" class="button quiet" onClick={() => set(['when', group, 0], kFirst)}>
              Add: {title.toLowerCase()}
            </button>
          ))}
      </div>
    </section>
  );
}

const kReactions = [
  ['', 'any or none'],
  ['shown', 'shown'],
  ['clicked', 'clicked'],
  ['dismissed', 'dismissed'],
  ['converted', 'converted'],
] as const;
const kScopes = [
  ['', 'as the settings of the handle say'],
  ['session', 'this session'],
  ['visitor', 'all sessions of the visitor'],
] as const;

function Condition({ path, condition }: { path: Path; condition: Json }) {
  const { set, issueAt } = useForm();
  const kind = measureOf(condition);
  const issue = issueAt(path);
  return (
    <details class="condition" open>
      <summary>
        <span>{conditionWords(condition)}</span>
      </summary>
      {issue && <p class="issue">{issue}</p>}
      {isGroup(condition) && <p class="quiet small">A group of conditions: edit it as JSON.</p>}
      <div class="columns" hidden={isGroup(condition)}>
        <SelectField
          label="Condition"
          value={kind?.name ?? ''}
          choices={[
            ...(kind ? [] : [['', 'choose'] as const]),
            ...kMeasures.map(({ name, label }) => [name, name === label ? label : `${name}: ${label}`] as const),
          ]}
          onChange={name => set(path, measureNamed(name)?.blank)}
        />
        {kind?.parts.map(part => (
          <PartOf key={part} part={part} name={kind.name} path={path} condition={condition} />
        ))}
      </div>
      <div class="actions">
        {kind && <Optional kind={kind} path={path} condition={condition} />}
        <button type="button" class="button quiet" onClick={() => set(path, undefined)}>
          Remove this condition
        </button>
      </div>
    </details>
  );
}

// Buttons for what a condition can have and rarely has.
function Optional({ kind: { name, parts }, path, condition }: { kind: MeasureKind; path: Path; condition: Json }) {
  const { at, set } = useForm();
  const found = at([...path, name, 'meta']);
  const meta = isObject(found) ? found : {};
  const hasRoom = Object.keys(meta).length < kMostMeta && !('' in meta);
  return (
    <>
      {parts.includes('filter') && hasRoom && (
        <button
          type="button"
          class="button quiet"
          onClick={() => set([...path, name, 'meta'], { ...meta, '': { in: [''] } })}
        >
          Add a metadata field
        </button>
      )}
      {parts.includes('window') && isObject(condition) && condition.since === undefined && (
        <button type="button" class="button quiet" onClick={() => set([...path, 'since'], { key: 'cart' })}>
          Count only since another signal
        </button>
      )}
    </>
  );
}

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
        <>
          <TextField
            key={`${index} name`}
            label={`${what}: metadata field`}
            mono
            placeholder="currency or items[].price"
            suggest={fieldsOf(seen, at([...path, 'key']))}
            value={name}
            onInput={to => rename(name, to)}
          />
          <Comparison key={`${index} comparison`} path={[...path, 'meta', name]} condition={comparison} />
          <p key={`${index} remove`} class="beside">
            <button type="button" class="button quiet" onClick={() => set([...path, 'meta', name], undefined)}>
              Remove this metadata field
            </button>
          </p>
        </>
      ))}
    </>
  );
}

function PartOf({ part, name, path, condition }: { part: Part; name: string; path: Path; condition: Json }) {
  const seen = useSeen(),
    { at } = useForm();
  switch (part) {
    case 'filter':
      return <FilterFields path={[...path, name]} what="Signal" />;
    case 'field':
      return (
        <>
          <Text
            path={[...path, name, 'field']}
            label="Metadata field"
            placeholder="amount or items[].price"
            suggest={fieldsOf(seen, at([...path, name, 'key']))}
            mono
          />
          <Text
            path={[...path, name, 'times']}
            label="Multiplied by"
            placeholder="items[].quantity"
            suggest={fieldsOf(seen, at([...path, name, 'key']))}
            mono
          />
        </>
      );
    case 'window':
      return <Window path={path} condition={condition} />;
    case 'bound':
      return <Bound path={path} condition={condition} />;
    case 'age':
      return (
        <>
          <Text path={[...path, 'atLeast']} label="Minimum age" placeholder="5m" />
          <Text path={[...path, 'atMost']} label="Maximum age" placeholder="1h" />
        </>
      );
    case 'after':
      return (
        <>
          <FilterFields path={[...path, 'after']} what="After" />
          <Text path={[...path, 'for']} label="For" placeholder="30m" hint="A whole number followed by s, m, h or d." />
        </>
      );
    case 'steps':
      return <Steps path={path} condition={condition} />;
    case 'same':
      return (
        <Text
          path={[...path, 'same']}
          label="Same value of"
          placeholder="sku"
          hint="Only signals with the same value of this field count together."
          mono
        />
      );
    case 'scope':
      return <Choose path={[...path, 'scope']} label="Scope" fallback="" choices={kScopes} />;
    case 'score':
      return <Text path={[...path, 'score']} label="Score" hint="Defined in the settings of the handle." mono />;
    case 'context':
      return (
        <Text path={[...path, 'context']} label="Field" placeholder="country" suggest={contextFieldsOf(seen)} mono />
      );
    case 'comparison':
      return distanceOf(condition) ? null : <Comparison path={path} condition={condition} />;
    case 'trait':
      return <Text path={[...path, 'trait']} label="Trait" placeholder="plan" suggest={traitsOf(seen)} mono />;
    case 'decision':
      return (
        <>
          <Text path={[...path, name, 'rule']} label="Rule ID" placeholder="welcome" mono />
          <Choose path={[...path, name, 'reaction']} label="Reaction" fallback="" choices={kReactions} />
        </>
      );
    case 'distance': {
      const distance = distanceOf(condition);
      if (!distance) return null;
      const [name, words] = distance;
      return (
        <>
          <Text path={[...path, name, 'atLeast']} label={`At least … ${words}`} placeholder="0s" />
          <Text path={[...path, name, 'atMost']} label={`At most … ${words}`} placeholder="3d" />
        </>
      );
    }
    case 'ever':
      return <Ever path={path} condition={condition} />;
  }
}

function Ever({ path, condition }: { path: Path; condition: Json }) {
  const { set } = useForm();
  const given = isObject(condition) ? condition : {};
  const chosen = everOf(condition)?.[0] ?? 'count';
  const isInstant = (name: string) => name === 'first' || name === 'last';
  const move = (to: string) => {
    const { [chosen]: value, ...rest } = given;
    const first: Json = isInstant(to) ? { age: { atLeast: '90d' } } : { atLeast: 1 };
    set(path, { ...rest, [to]: isInstant(to) === isInstant(chosen) ? (value ?? first) : first });
  };
  return (
    <>
      <Text path={[...path, 'ever']} label="Counter" placeholder="orders" mono />
      <SelectField label="What" value={chosen} choices={kEver} onChange={move} />
      {isInstant(chosen) ? (
        <>
          <Text path={[...path, chosen, 'age', 'atLeast']} label="At least … ago" placeholder="90d" />
          <Text path={[...path, chosen, 'age', 'atMost']} label="At most … ago" placeholder="365d" />
        </>
      ) : (
        <Bound path={[...path, chosen]} condition={given[chosen] ?? null} />
      )}
    </>
  );
}

function FilterFields({ path, what }: { path: Path; what: string }) {
  const seen = useSeen(),
    { at } = useForm();
  return (
    <>
      <Texts path={[...path, 'key']} label={`${what}: key`} placeholder="cart or page.*" suggest={keysOf(seen)} />
      <Texts
        path={[...path, 'value']}
        label={`${what}: value`}
        placeholder="any"
        suggest={valuesOf(seen, at([...path, 'key']))}
      />
      <MetaFields path={path} what={what} />
    </>
  );
}

const kUnits = [
  ['day', 'day'],
  ['week', 'week'],
  ['month', 'month'],
  ['year', 'year'],
] as const;
const kWindows: { [kind: string]: { [name: string]: Json } } = {
  within: { within: '30m' },
  calendar: { within: { calendar: 'day', zone: 'Europe/Berlin' } },
  session: { per: 'session' },
};

function Window({ path, condition }: { path: Path; condition: Json }) {
  const { set } = useForm();
  const given = isObject(condition) ? condition : {};
  const kind = given.per === 'session' ? 'session' : isObject(given.within) ? 'calendar' : 'within';
  return (
    <>
      <SelectField
        label="Window"
        value={kind}
        choices={[
          ['within', 'rolling'],
          ['calendar', 'calendar'],
          ['session', 'entire session'],
        ]}
        onChange={value => {
          const { within: _, per: __, ...rest } = given;
          set(path, { ...rest, ...kWindows[value] });
        }}
      />
      {kind === 'within' && <Text path={[...path, 'within']} label="Within" placeholder="30m" />}
      {kind === 'calendar' && (
        <>
          <Choose path={[...path, 'within', 'calendar']} label="Calendar period" fallback="day" choices={kUnits} />
          <Text path={[...path, 'within', 'zone']} label="Time zone" placeholder="Europe/Berlin" mono />
        </>
      )}
      {given.since !== undefined && <FilterFields path={[...path, 'since']} what="Since the latest" />}
    </>
  );
}

const kBounds = [
  ['atLeast', 'at least'],
  ['atMost', 'at most'],
  ['equals', 'exactly'],
] as const;

function Bound({ path, condition }: { path: Path; condition: Json }) {
  const { set } = useForm();
  const given = isObject(condition) ? kBounds.filter(([name]) => name in condition).map(([name]) => name) : [];
  const bound = given[0] ?? 'atLeast';
  const move = (to: string) => {
    if (isObject(condition)) {
      const { [bound]: value, ...rest } = condition;
      set(path, { ...rest, [to]: value ?? 1 });
    }
  };
  return (
    <>
      <SelectField label="Comparison" value={bound} choices={kBounds} onChange={move} />
      <Amount path={[...path, bound]} label="Value" />
      {given[1] && <Amount path={[...path, given[1]]} label={kBounds.find(([name]) => name === given[1])![1]} />}
    </>
  );
}

type Comparing = (typeof kComparisons)[number];

// One comparison can be chosen and changed; of a condition with several, each can be changed.
function Comparison({ path, condition }: { path: Path; condition: Json }) {
  const { set } = useForm();
  const given = isObject(condition) ? kComparisons.filter(([name]) => name in condition) : [];
  const chosen: Comparing = given[0] ?? kComparisons[0];
  const move = (to: string) => {
    if (!isObject(condition)) return;
    const { [chosen[0]]: value, fold, ...rest } = condition;
    const takes = kComparisons.find(([name]) => name === to)?.[1];
    const kept = takes === 'text' || takes === 'scalar' || takes === 'list' ? fold : undefined;
    const moved = takes === chosen[1] && value !== undefined ? value : kFirstOf[takes ?? 'text'];
    set(path, { ...rest, [to]: moved, ...(kept === undefined ? {} : { fold: kept }) });
  };
  return (
    <>
      <SelectField
        label="Is"
        value={chosen[0]}
        choices={kComparisons.map(([name, , label]) => [name, label])}
        onChange={move}
      />
      <Compared path={path} of={chosen} label="Value" condition={condition} />
      {given.slice(1).map(one => (
        <Compared key={one[0]} path={path} of={one} label={one[2]} condition={condition} />
      ))}
    </>
  );
}

const kFirstOf: { [takes: string]: Json } = { list: [''], scalar: '', number: 1, text: '', boolean: true };

function Compared({ path, of, label, condition }: { path: Path; of: Comparing; label: string; condition: Json }) {
  const { set } = useForm(),
    seen = useSeen();
  const [name, takes] = of;
  const value = isObject(condition) ? condition[name] : undefined;
  const values = isObject(condition) && 'context' in condition ? contextValuesOf(seen, condition.context) : [];
  if (takes === 'list')
    return <Texts path={[...path, name]} label={`${label}s`} always placeholder="US, GB" suggest={values} />;
  if (takes === 'boolean')
    return (
      <SelectField
        label={label}
        value={String(value ?? true)}
        choices={[
          ['true', 'yes'],
          ['false', 'no'],
        ]}
        onChange={to => set([...path, name], to === 'true')}
      />
    );
  if (takes === 'number' || typeof value === 'number') return <Amount path={[...path, name]} label={label} />;
  return <Text path={[...path, name]} label={label} suggest={values} />;
}

const stepsText = (steps: Json[]) =>
  steps
    .map(step => (isObject(step) ? [step.key, step.value].filter(one => one !== undefined).join(' ') : ''))
    .join(' → ');

function stepsIn(text: string): Json[] {
  return text.split(/\s*(?:→|->)\s*/).map((part): Json => {
    const [key = '', value] = part.trim().split(/\s+/);
    return value ? { key, value } : { key };
  });
}

function Steps({ path, condition }: { path: Path; condition: Json }) {
  const { set, issueAt } = useForm();
  const steps = isObject(condition) && Array.isArray(condition.steps) ? condition.steps : [];
  const [text, setText] = useState(() => stepsText(steps));
  const shown = JSON.stringify(stepsIn(text)) === JSON.stringify(steps) ? text : stepsText(steps);
  const write = (written: string) => {
    setText(written);
    set([...path, 'steps'], stepsIn(written));
  };
  return (
    <>
      <TextField
        label="Steps, in order"
        mono
        value={shown}
        onInput={write}
        issue={issueAt([...path, 'steps'])}
        hint="Keys with optional values, separated by ->."
      />
      <Amount path={[...path, 'reached']} label="Minimum steps reached" />
    </>
  );
}
