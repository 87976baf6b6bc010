import { fieldsOf, keysOf } from '../../state/catalog.ts';
import { Amount, Choose, Text, Texts, useForm, useSeen } from './form.tsx';

// Optional parts of a rule, collapsed until they are used.
export function Limits() {
  const { at, set } = useForm();
  const caps = at(['limit', 'caps']);
  const list = Array.isArray(caps) ? caps : [];
  return (
    <details class="card more" open={at(['limit']) !== undefined}>
      <summary>Frequency limits</summary>
      <div class="columns">
        <Text
          path={['limit', 'cooldown']}
          label="Cooldown"
          placeholder="24h"
          hint="Minimum time between two actions."
        />
        <Text
          path={['limit', 'group']}
          label="Group"
          placeholder="overlays"
          hint="Rules in a group share their limits."
        />
      </div>
      {list.map((_, index) => (
        <div class="columns" key={index}>
          <Amount path={['limit', 'caps', index, 'max']} label="At most" placeholder="1" />
          <Text path={['limit', 'caps', index, 'per']} label="Per" placeholder="session, or 7d" />
          <p class="beside">
            <button type="button" class="button quiet" onClick={() => set(['limit', 'caps', index], undefined)}>
              Remove this limit
            </button>
          </p>
        </div>
      ))}
      <button
        type="button"
        class="button quiet"
        onClick={() => set(['limit', 'caps', list.length], { max: 1, per: 'session' })}
      >
        Add a limit
      </button>
    </details>
  );
}

export function Hours() {
  const { at } = useForm();
  return (
    <details class="card more" open={at(['active']) !== undefined || at(['rollout']) !== undefined}>
      <summary>Schedule</summary>
      <div class="columns">
        <Text path={['active', 'from']} label="From" placeholder="2026-10-01T00:00:00Z" mono />
        <Text path={['active', 'until']} label="Until" placeholder="2026-12-31T00:00:00Z" mono />
        <Text
          path={['active', 'hours']}
          label="Hours"
          placeholder="08:00-22:00"
          mono
          hint="Held back outside these hours."
        />
        <Texts path={['active', 'days']} label="Days" placeholder="mon, tue, wed" always />
        <Text path={['active', 'zone']} label="Time zone" placeholder="Europe/Berlin, or visitor" />
        {at(['active', 'zone']) === 'visitor' && (
          <Texts
            path={['active', 'zoneElse']}
            label="If their zone is not known, open in all of"
            placeholder="America/New_York, America/Los_Angeles"
            always
          />
        )}
        <Amount path={['rollout']} label="Rollout in percent" placeholder="100" hint="Others do not match." />
      </div>
    </details>
  );
}

export function Goal() {
  const { at } = useForm(),
    seen = useSeen();
  return (
    <details class="card more" open={at(['goal']) !== undefined || at(['ttl']) !== undefined}>
      <summary>Expiry and goal</summary>
      <div class="columns">
        <Text path={['ttl']} label="Expires after" placeholder="30s" hint="How long a page may reuse the decision." />
        <Text path={['goal', 'key']} label="Goal event" placeholder="purchase" suggest={keysOf(seen)} mono />
        <Text path={['goal', 'within']} label="Goal window" placeholder="24h" />
        <Text
          path={['goal', 'valueField']}
          label="Revenue field"
          placeholder="amount"
          suggest={fieldsOf(seen, at(['goal', 'key']))}
          mono
        />
        {at(['goal']) !== undefined && (
          <Choose
            path={['goal', 'count']}
            label="Goal counts"
            choices={[
              ['once', 'once per decision'],
              ['each', 'each goal event'],
            ]}
            fallback="once"
          />
        )}
      </div>
    </details>
  );
}
