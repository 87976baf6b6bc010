import { useState } from 'preact/hooks';
import { TextField } from '../../parts/field.tsx';
import { isObject, kBanner, kPopup, type Json, type Path } from './draft.ts';
import { Amount, Choose, Text, useForm } from './form.tsx';

export function Then() {
  const { rule, at } = useForm();
  const variants = isObject(rule.actions) ? Object.keys(rule.actions) : null;
  return (
    <section class="card" aria-labelledby="then">
      <h2 id="then">Then</h2>
      {variants ? variants.map(variant => <Variant key={variant} name={variant} />) : <Action path={['action']} />}
      <Splitting variants={variants} />
      {variants && (
        <div class="columns">
          <Amount
            path={['split', 'holdout']}
            label="Control group (percent)"
            placeholder="5"
            hint="No action for these visitors, so that lift can be measured."
          />
          <Choose
            path={['split', 'unit']}
            label="Variants stay with"
            choices={[
              ['visitor', 'the visitor'],
              ['session', 'the session'],
            ]}
            fallback="visitor"
          />
          <Text path={['split', 'salt']} label="Seed" mono hint="Changing it reassigns visitors." />
        </div>
      )}
      {at(['action']) === undefined && !variants && <p class="issue">A rule needs an action.</p>}
    </section>
  );
}

function Variant({ name }: { name: string }) {
  return (
    <fieldset class="group arm">
      <legend>Variant {name}</legend>
      <Amount path={['split', 'arms', name]} label="Share of visitors" />
      <Action path={['actions', name]} />
    </fieldset>
  );
}

function Action({ path }: { path: Path }) {
  const { at, set, issueAt } = useForm();
  const payload = at([...path, 'payload']);
  const [text, setText] = useState(() => JSON.stringify(payload ?? {}, null, 2)),
    [broken, setBroken] = useState(false);
  const write = (written: string) => {
    setText(written);
    try {
      set([...path, 'payload'], JSON.parse(written) as Json);
      setBroken(false);
    } catch {
      setBroken(true);
    }
  };
  const shown =
    broken || JSON.stringify(payload ?? {}) === compact(text) ? text : JSON.stringify(payload ?? {}, null, 2);
  return (
    <div class="columns">
      <Text
        path={[...path, 'type']}
        label="Action"
        placeholder="popup"
        hint="What the page does: popup, banner, cta, or a custom type."
      />
      <TextField
        label="Payload, as JSON"
        mono
        lines={8}
        value={shown}
        onInput={write}
        issue={broken ? 'Invalid JSON.' : issueAt([...path, 'payload'])}
      />
    </div>
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
function Splitting({ variants }: { variants: string[] | null }) {
  const { rule, set } = useForm();
  const split = () => {
    const action = rule.action ?? kPopup;
    set([], {
      ...without(rule, 'action'),
      actions: { a: action, b: action },
      split: { salt: String(rule.ruleId ?? 'salt'), holdout: 5, arms: { a: 50, b: 50 } },
    });
  };
  const join = () =>
    set([], {
      ...without(rule, 'actions', 'split'),
      action: isObject(rule.actions) ? (Object.values(rule.actions)[0] ?? null) : null,
    });
  const add = () => {
    const name = [...'abcdefghijklmnopqrst'].find(letter => !variants!.includes(letter))!;
    const copy = { ...(rule.actions as { [name: string]: Json }), [name]: kBanner };
    const before = isObject(rule.split) ? rule.split : {};
    set([], {
      ...rule,
      actions: copy,
      split: { ...before, arms: { ...(isObject(before.arms) ? before.arms : {}), [name]: 50 } },
    });
  };
  return variants ? (
    <div class="actions">
      <button type="button" class="button quiet" onClick={add}>
        Add a variant
      </button>
      <button type="button" class="button quiet" onClick={join}>
        Single variant
      </button>
    </div>
  ) : (
    <div class="actions">
      <button type="button" class="button quiet" onClick={split}>
        Compare variants
      </button>
    </div>
  );
}

const without = (rule: { [name: string]: Json }, ...names: string[]) =>
  Object.fromEntries(Object.entries(rule).filter(([name]) => !names.includes(name)));
