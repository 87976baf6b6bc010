// What a rule does: a message with a form of its own, or any other action with fields by name and value.
import { useState } from 'preact/hooks';
import { SelectField, TextField } from '../../parts/field.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Segments } from '../../parts/segments.tsx';
import { isDelayed } from '../../state/delayed.ts';
import { kRules } from '../../sentences/rules.ts';
import { isObject, kBanner, kCta, kPopup, kSend, type Json, type Path } from './draft.ts';
import { Amount, choicesOf, Choose, numberOr, useForm } from './form.tsx';
import { focusSoon } from './inline.tsx';

const t = kRules.editor.shows;
type Object_ = { [name: string]: Json };

type FormField = [path: string, label: string, hint?: string];
const kSurface: FormField[] = [
  ['title', t.headline],
  ['code', t.code],
  ['text', t.text],
  ['button.label', t.button],
  ['button.href', t.link],
  ['dismiss', t.dismiss],
];

// The payload fields that a form shows, as paths below `payload`.
const kForms: { [type: string]: FormField[] } = {
  popup: kSurface,
  banner: [...kSurface, ['position', t.position]],
  cta: [
    ['selector', t.selector, t.selectorHint],
    ['label', t.newText],
    ['href', t.newLink],
  ],
};
const kFirstOf: { [type: string]: Json } = { popup: kPopup, banner: kBanner, cta: kCta, other: kSend };

export function Then({ variant, onVariant }: { variant: string; onVariant: (name: string) => void }) {
  const { rule } = useForm();
  const variants = isObject(rule.actions) ? Object.keys(rule.actions) : null;
  const delayed = isDelayed(rule);
  return (
    <section class="panel" aria-labelledby="then">
      <div class="phead">
        <h2 id="then">{delayed ? t.dueTitle : t.title}</h2>
        <span class="m sm">{variants ? t.several(variants.length) : delayed ? t.dueSays : t.says}</span>
      </div>
      <div class="pad stack">
        {variants && <Variants variants={variants} variant={variant} onVariant={onVariant} />}
        {variants ? (
          <Message key={variant} path={['actions', variant]} />
        ) : rule.action === undefined ? (
          <p class="err">{t.needsAction}</p>
        ) : (
          <Message path={['action']} />
        )}
        <Splitting variants={variants} onVariant={onVariant} />
      </div>
    </section>
  );
}

function Variants({
  variants,
  variant,
  onVariant,
}: {
  variants: string[];
  variant: string;
  onVariant: (name: string) => void;
}) {
  const { at, set, rule } = useForm();
  const weights = variants.map(name => Number(at(['split', 'arms', name]) ?? 0));
  const all = weights.reduce((sum, one) => sum + one, 0);
  const share = (index: number) => (all ? `${Math.round((weights[index]! / all) * 100)} %` : '0 %');
  const remove = () => {
    const { [variant]: _, ...actions } = rule.actions as Object_;
    const split = isObject(rule.split) ? rule.split : {};
    const { [variant]: __, ...arms } = isObject(split.arms) ? split.arms : {};
    onVariant(Object.keys(actions)[0]!);
    set([], { ...rule, actions, split: { ...split, arms } });
  };
  return (
    <div class="stack s">
      <Segments
        label={t.variants}
        value={variant}
        choices={variants.map((name, index) => [name, t.variant(name, share(index))] as const)}
        onChange={onVariant}
      />
      <div class="form">
        <Amount path={['split', 'arms', variant]} label={t.share} />
        {variants.length > 1 && (
          <p class="foot">
            <button type="button" class="btn flat del" onClick={remove}>
              <Icon name="trash" />
              {t.removeVariant(variant)}
            </button>
          </p>
        )}
      </div>
    </div>
  );
}

// Messages of one type, and their payload as a form or as JSON.
function Message({ path }: { path: Path }) {
  const { at, set, issueAt } = useForm();
  const [asJson, setAsJson] = useState(false);
  const action = at(path);
  const type = isObject(action) ? String(action.type ?? '') : '';
  const known = type in kForms ? type : 'other';
  const payload = at([...path, 'payload']);
  const isForm = !asJson && (payload === undefined || isObject(payload));
  return (
    <div class="stack s">
      <div class="form">
        <SelectField
          label={t.type}
          value={known}
          choices={choicesOf(t.types)}
          onChange={to => set(path, kFirstOf[to])}
        />
        {known === 'other' && <TypeName path={[...path, 'type']} />}
      </div>
      {isForm ? (
        <>
          {known !== 'other' && (
            <div class="form">
              {kForms[known]!.map(([name, label, hint]) => (
                <PayloadField key={name} path={[...path, 'payload', ...name.split('.')]} label={label} hint={hint} />
              ))}
            </div>
          )}
          <Rows key={known} path={[...path, 'payload']} known={known} />
        </>
      ) : (
        <PayloadJson path={[...path, 'payload']} />
      )}
      {issueAt([...path, 'payload']) && <p class="err">{issueAt([...path, 'payload'])}</p>}
      {JSON.stringify(payload ?? {}).includes('{{') && (
        <Choose path={[...path, 'missing']} label={t.missing} choices={choicesOf(t.missings)} fallback="hold" />
      )}
      <div class="row">
        <button type="button" class="btn flat" onClick={() => setAsJson(!asJson)}>
          <Icon name="code" />
          {asJson ? t.asForm : t.asJson}
        </button>
        <span class="hint">{t.placeholders}</span>
      </div>
    </div>
  );
}

// Emptied it stays, so that a delayed message is not mistaken for none.
function TypeName({ path }: { path: Path }) {
  const { at, set, issueAt } = useForm();
  return (
    <TextField
      label={t.typeName}
      hint={t.typeHint}
      mono
      value={String(at(path) ?? '')}
      issue={issueAt(path)}
      onInput={text => set(path, text)}
    />
  );
}

function PayloadField({ path, label, hint }: { path: Path; label: string; hint?: string }) {
  const name = path.at(-1);
  if (name === 'position') return <Choose path={path} label={label} choices={choicesOf(t.positions)} fallback="" />;
  if (name === 'text') return <LongText path={path} label={label} />;
  return <PayloadText path={path} label={label} hint={hint} />;
}

// A payload stays an object when its last text is taken away.
function usePayloadText(path: Path) {
  const { at, set, issueAt } = useForm();
  const value = at(path);
  return {
    value: typeof value === 'string' || value === undefined ? (value ?? '') : JSON.stringify(value),
    issue: issueAt(path),
    onInput: (text: string) => {
      const payload = path.slice(0, path.indexOf('payload') + 1);
      set(path, text === '' ? undefined : text);
      if (text === '' && isLast(at(payload), path.slice(payload.length))) set(payload, {});
    },
  };
}
const isLast = (payload: Json | undefined, path: Path): boolean =>
  isObject(payload) &&
  Object.keys(payload).length === 1 &&
  (path.length === 1 || isLast(payload[String(path[0])], path.slice(1)));

const PayloadText = ({ path, label, hint }: { path: Path; label: string; hint?: string }) => (
  <TextField
    label={label}
    hint={hint}
    placeholder={path.at(-1) === 'dismiss' ? t.dismissPlaceholder : undefined}
    {...usePayloadText(path)}
  />
);

const LongText = ({ path, label }: { path: Path; label: string }) => (
  <div class="wide">
    <TextField label={label} lines={2} {...usePayloadText(path)} />
  </div>
);

// The fields that the form of a message does not have, by name and value.
function Rows({ path, known }: { path: Path; known: string }) {
  const { at, set } = useForm();
  const found = at(path);
  const payload = isObject(found) ? found : {};
  const shown = new Set((kForms[known] ?? []).map(([name]) => name.split('.')[0]!));
  const rows = Object.entries(payload).filter(([name]) => !shown.has(name));
  const put = (to: Object_) => set(path, to);
  const rename = (from: string, to: string) => {
    if (to in payload) return;
    put(Object.fromEntries(Object.entries(payload).map(([name, value]) => [name === from ? to : name, value])));
  };
  const remove = (name: string) => {
    const { [name]: _, ...rest } = payload;
    put(rest);
  };
  return (
    <fieldset class="stack s">
      {(rows.length > 0 || known === 'other') && <legend>{known === 'other' ? t.fields : t.further}</legend>}
      {rows.map(([name, value], index) => (
        <div key={index} class="pair">
          <input
            class="mono"
            aria-label={t.key(index)}
            value={name}
            spellcheck={false}
            onInput={event => rename(name, event.currentTarget.value)}
          />
          <input
            aria-label={t.value(index)}
            value={typeof value === 'string' ? value : JSON.stringify(value)}
            onInput={event => put({ ...payload, [name]: like(value, event.currentTarget.value) })}
          />
          <button type="button" class="btn flat ic" aria-label={t.removeField(name)} onClick={() => remove(name)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
      {!('' in payload) && (
        <div>
          <button
            type="button"
            class="btn flat"
            onClick={event => {
              const list = event.currentTarget.closest('fieldset')!;
              put({ ...payload, '': '' });
              focusSoon(() => [...list.querySelectorAll<HTMLElement>('.pair .mono')].at(-1));
            }}
          >
            <Icon name="plus" />
            {t.addField}
          </button>
        </div>
      )}
    </fieldset>
  );
}

// What is typed over a number stays a number as long as it is one; over anything else that is no text, JSON.
function like(before: Json, typed: string): Json {
  if (typeof before === 'string') return typed;
  if (typeof before === 'number') return numberOr(typed);
  try {
    return JSON.parse(typed) as Json;
  } catch {
    return typed;
  }
}

function PayloadJson({ path }: { path: Path }) {
  const { at, set, issueAt } = useForm();
  const payload = at(path);
  const [text, setText] = useState(() => JSON.stringify(payload ?? {}, null, 2)),
    [broken, setBroken] = useState(false);
  const write = (written: string) => {
    setText(written);
    try {
      set(path, JSON.parse(written) as Json);
      setBroken(false);
    } catch {
      setBroken(true);
    }
  };
  const shown =
    broken || JSON.stringify(payload ?? {}) === compact(text) ? text : JSON.stringify(payload ?? {}, null, 2);
  return (
    <TextField
      label={t.payload}
      mono
      lines={8}
      value={shown}
      onInput={write}
      issue={broken ? t.invalid : issueAt(path)}
    />
  );
}

const compact = (text: string) => {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return '';
  }
};

// A single action, or variants that are compared.
function Splitting({ variants, onVariant }: { variants: string[] | null; onVariant: (name: string) => void }) {
  const { rule, set } = useForm();
  const compare = () => {
    const { action = kPopup, split, ...rest } = rule;
    onVariant('a');
    set([], {
      ...rest,
      actions: { a: action, b: action },
      split: { ...(isObject(split) ? split : {}), arms: { a: 50, b: 50 } },
    });
  };
  const join = () => {
    const { actions, split, ...rest } = rule;
    const { arms: _, ...kept } = isObject(split) ? split : {};
    const action = isObject(actions) ? (Object.values(actions)[0] ?? kPopup) : kPopup;
    set([], { ...rest, action, ...(kept.holdout === undefined ? {} : { split: kept }) });
  };
  const add = () => {
    const name = [...'abcdefghijklmnopqrst'].find(letter => !variants!.includes(letter))!;
    const actions = rule.actions as Object_;
    const split = isObject(rule.split) ? rule.split : {};
    onVariant(name);
    set([], {
      ...rule,
      actions: { ...actions, [name]: Object.values(actions).at(-1)! },
      split: { ...split, arms: { ...(isObject(split.arms) ? split.arms : {}), [name]: 50 } },
    });
  };
  return (
    <div class="row">
      {variants ? (
        <>
          <button type="button" class="btn flat" onClick={add}>
            <Icon name="plus" />
            {t.addVariant}
          </button>
          <button type="button" class="btn flat" onClick={join}>
            {t.single}
          </button>
        </>
      ) : (
        <button type="button" class="btn flat" onClick={compare}>
          <Icon name="plus" />
          {t.compare}
        </button>
      )}
    </div>
  );
}
