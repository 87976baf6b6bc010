import { Button } from '../../parts/button.tsx';
import { SelectField, TextField } from '../../parts/field.tsx';
import { kSettings } from '../../sentences/settings.ts';
import { DurationField } from './duration_field.tsx';
import type { TabProps } from './tab.ts';

const kSays = kSettings.general;
const offered = (kind: 'timeZone' | 'currency') => Intl.supportedValuesOf(kind).map(value => ({ value, note: '' }));

export function General({ form, change, issueOf, has }: TabProps) {
  const { categories } = form;
  return (
    <>
      <section class="panel" aria-labelledby="general">
        <div class="phead">
          <h2 id="general">{kSays.title}</h2>
        </div>
        <div class="pad form w">
          <TextField
            label={kSays.zone}
            value={form.zone}
            onInput={zone => change({ zone })}
            suggest={offered('timeZone')}
            hint={kSays.zoneHint}
            issue={issueOf('zone')}
          />
          {'currency' in has && (
            <TextField
              label={kSays.currency}
              value={form.currency}
              onInput={currency => change({ currency: currency.toUpperCase() })}
              suggest={offered('currency')}
              hint={kSays.currencyHint}
              issue={issueOf('currency')}
            />
          )}
          <SelectField
            label={kSays.scope}
            value={form.scope}
            choices={kSays.scopes as [string, string][]}
            onChange={scope => change({ scope })}
            hint={kSays.scopeHint}
            issue={issueOf('scope')}
          />
          <DurationField
            label={kSays.grace}
            value={form.dueGrace}
            onChange={dueGrace => change({ dueGrace })}
            hint={kSays.graceHint}
            issue={issueOf('dueGrace')}
          />
        </div>
      </section>
      <section class="panel" aria-labelledby="consent">
        <div class="phead">
          <h2 id="consent">{kSays.consent}</h2>
        </div>
        <div class="pad stack">
          <SelectField
            label={kSays.defaultConsent}
            value={form.defaultConsent}
            choices={kSays.consents as [string, string][]}
            onChange={defaultConsent => change({ defaultConsent })}
            hint={kSays.defaultConsentHint}
            issue={issueOf('defaultConsent')}
          />
          <fieldset class="stack s">
            <legend class="lbl">{kSays.categories}</legend>
            <p class="hint">{categories.length ? kSays.categoriesSays : kSays.noCategories}</p>
            {categories.map(({ name, becomes }, index) => {
              const set = (changed: Partial<(typeof categories)[number]>) =>
                change({ categories: categories.map((one, at) => (at === index ? { ...one, ...changed } : one)) });
              return (
                <div key={index} class="pair">
                  <TextField
                    label={kSays.category}
                    value={name}
                    onInput={text => set({ name: text })}
                    issue={issueOf(`consentCategories.${name.trim()}`)}
                  />
                  <SelectField
                    label={kSays.becomes}
                    value={becomes}
                    choices={kSays.kinds as [string, string][]}
                    onChange={to => set({ becomes: to })}
                  />
                  <Button
                    kind="quiet"
                    icon="close"
                    label={kSays.removeCategory(name)}
                    onPress={() => change({ categories: categories.filter((_, at) => at !== index) })}
                  />
                </div>
              );
            })}
            <div>
              <Button
                icon="plus"
                onPress={() => change({ categories: [...categories, { name: '', becomes: 'basic' }] })}
              >
                {kSays.addCategory}
              </Button>
            </div>
          </fieldset>
        </div>
      </section>
    </>
  );
}
