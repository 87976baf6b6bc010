import { Field } from '../../parts/field.tsx';
import { kRules } from '../../sentences/rules.ts';
import type { Path } from './draft.ts';
import { Amount, Text, Texts, useForm } from './form.tsx';
import { instantOf, localOf } from './inline.tsx';
import { zones } from './zone.tsx';

const t = kRules.editor.schedule;
const kDayNames = Object.keys(t.dayNames) as (keyof typeof t.dayNames)[];

// When the rule is in force, on which days and at which hours, and for how many visitors.
export function Schedule() {
  const { at } = useForm();
  const mine = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <details class="panel" open={at(['active']) !== undefined || at(['rollout']) !== undefined}>
      <summary class="phead">
        <h2>{t.title}</h2>
      </summary>
      <div class="pad stack">
        <div class="form">
          <DateField path={['active', 'from']} label={t.from} hint={t.dateHint(mine)} />
          <DateField path={['active', 'until']} label={t.until} hint={t.dateHint(mine)} />
        </div>
        <Hours />
        <Days />
        <div class="form">
          <Text path={['active', 'zone']} label={t.zone} hint={t.zoneHint} suggest={zones()} />
          {at(['active', 'zone']) === 'visitor' && (
            <Texts
              path={['active', 'zoneElse']}
              label={t.zoneElse}
              hint={t.zoneElseHint}
              suggest={zones().slice(1)}
              always
            />
          )}
          <Amount path={['rollout']} label={t.rollout} hint={t.rolloutHint} placeholder="100" />
        </div>
      </div>
    </details>
  );
}

function DateField({ path, label, hint }: { path: Path; label: string; hint: string }) {
  const { at, set, issueAt } = useForm();
  const value = at(path);
  return (
    <Field label={label} hint={hint} issue={issueAt(path)}>
      {field => (
        <input
          {...field}
          type="datetime-local"
          value={localOf(value)}
          onInput={event => set(path, instantOf(event.currentTarget.value))}
        />
      )}
    </Field>
  );
}

// "08:00-22:00" as two times of the day.
function Hours() {
  const { at, set, issueAt } = useForm();
  const path = ['active', 'hours'];
  const [from = '', until = ''] = String(at(path) ?? '').split('-');
  const write = (opens: string, closes: string) => set(path, opens || closes ? `${opens}-${closes}` : undefined);
  const issue = issueAt(path);
  return (
    <div class="form">
      <Field label={t.opens} issue={issue}>
        {field => (
          <input {...field} type="time" value={from} onInput={event => write(event.currentTarget.value, until)} />
        )}
      </Field>
      <Field label={t.closes}>
        {field => (
          <input {...field} type="time" value={until} onInput={event => write(from, event.currentTarget.value)} />
        )}
      </Field>
    </div>
  );
}

function Days() {
  const { at, set } = useForm();
  const path = ['active', 'days'];
  const found = at(path);
  const days = Array.isArray(found) ? found : [];
  const turn = (day: string, on: boolean) => {
    const chosen = kDayNames.filter(one => (one === day ? on : days.includes(one)));
    set(path, chosen.length ? chosen : undefined);
  };
  return (
    <fieldset class="row">
      <legend>{t.days}</legend>
      {kDayNames.map(day => (
        <label key={day} class="check">
          <input
            type="checkbox"
            checked={days.includes(day)}
            onChange={event => turn(day, event.currentTarget.checked)}
          />
          {t.dayNames[day]}
        </label>
      ))}
    </fieldset>
  );
}
