import { SelectField, TextField } from '../../parts/field.tsx';
import { kSettings } from '../../sentences/settings.ts';
import { DurationField } from './duration_field.tsx';
import { IdentityKeys } from './identity_keys.tsx';
import type { TabProps } from './tab.ts';

const kSays = kSettings.identity;
const kWords = new Set(['until_logout', 'never', 'all']);
const kUsual = '30m'; // where a duration is chosen and none is said yet

export function Identity({ form, change, issueOf }: TabProps) {
  const kindOf = (value: string) => (kWords.has(value) ? value : 'for');
  return (
    <>
      <section class="panel" aria-labelledby="identity">
        <div class="phead">
          <h2 id="identity">{kSays.title}</h2>
        </div>
        <div class="pad form w">
          <SelectField
            label={kSays.remember}
            value={kindOf(form.remember)}
            choices={kSays.remembers as [string, string][]}
            onChange={kind => change({ remember: kind === 'for' ? kUsual : kind })}
            hint={kSays.rememberHint}
            issue={kWords.has(form.remember) ? issueOf('identity.remember') : undefined}
          />
          {kindOf(form.remember) === 'for' && (
            <DurationField
              label={kSays.rememberFor}
              value={form.remember}
              onChange={remember => change({ remember })}
              issue={issueOf('identity.remember')}
            />
          )}
          <SelectField
            label={kSays.claim}
            value={kindOf(form.claim)}
            choices={kSays.claims as [string, string][]}
            onChange={kind => change({ claim: kind === 'for' ? kUsual : kind })}
            hint={kSays.claimHint}
            issue={kWords.has(form.claim) ? issueOf('identity.claim') : undefined}
          />
          {kindOf(form.claim) === 'for' && (
            <DurationField
              label={kSays.claimFor}
              value={form.claim}
              onChange={claim => change({ claim })}
              issue={issueOf('identity.claim')}
            />
          )}
          <SelectField
            label={kSays.proof}
            value={form.proof}
            choices={kSays.proofs as [string, string][]}
            onChange={proof => change({ proof })}
            hint={kSays.proofHint}
            issue={issueOf('identity.proof')}
          />
          <TextField
            label={kSays.blocked}
            mono
            lines={4}
            value={form.blockedIds}
            onInput={blockedIds => change({ blockedIds })}
            hint={kSays.blockedHint}
            issue={issueOf('identity.blockedIds')}
          />
        </div>
      </section>
      <IdentityKeys />
    </>
  );
}
