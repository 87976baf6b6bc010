import { Amount, Text, Texts, useForm } from './form.tsx';

// What a rule may have besides: folded away until it has it.
export function Limits() {
  const { at, set } = useForm();
  const caps = at(['limit', 'caps']);
  const list = Array.isArray(caps) ? caps : [];
  return (
    <details class="card more" open={at(['limit']) !== undefined}>
      <summary>How often at most</summary>
      <div class="columns">
        <Text path={['limit', 'cooldown']} label="Cooldown" placeholder="24h" hint="After it acted, it rests." />
        <Text
          path={['limit', 'group']}
          label="Shared with the group"
          placeholder="overlays"
          hint="Rules of one group share one count."
        />
      </div>
      {list.map((_, index) => (
        <div class="columns" key={index}>
          <Amount path={['limit', 'caps', index, 'max']} label="At most" placeholder="1" />
          <Text path={['limit', 'caps', index, 'per']} label="Per" placeholder="session, or 7d" />
          <button type="button" class="button quiet" onClick={() => set(['limit', 'caps', index], undefined)}>
            Remove this cap
          </button>
        </div>
      ))}
      <button
        type="button"
        class="button quiet"
        onClick={() => set(['limit', 'caps', list.length], { max: 1, per: 'session' })}
      >
        Add a cap
      </button>
    </details>
  );
}

export function Hours() {
  const { at } = useForm();
  return (
    <details class="card more" open={at(['active']) !== undefined}>
      <summary>From when to when</summary>
      <div class="columns">
        <Text path={['active', 'from']} label="From" placeholder="2026-10-01T00:00:00Z" mono />
        <Text path={['active', 'until']} label="Until" placeholder="2026-12-31T00:00:00Z" mono />
        <Text
          path={['active', 'hours']}
          label="Hours"
          placeholder="08:00-22:00"
          mono
          hint="Outside of them it is held back."
        />
        <Texts path={['active', 'days']} label="Days" placeholder="mon, tue, wed" always />
        <Text path={['active', 'zone']} label="Time zone" placeholder="Europe/Berlin" />
      </div>
    </details>
  );
}

export function Goal() {
  const { at } = useForm();
  return (
    <details class="card more" open={at(['goal']) !== undefined || at(['ttl']) !== undefined}>
      <summary>Validity and goal</summary>
      <div class="columns">
        <Text path={['ttl']} label="Valid for at most" placeholder="30s" hint="How long the answer may be reused." />
        <Text path={['goal', 'key']} label="Goal: the signal that counts as success" placeholder="purchase" mono />
        <Text path={['goal', 'within']} label="Goal: within" placeholder="24h" />
        <Text path={['goal', 'valueField']} label="Goal: its worth, in the metadata" placeholder="amount" mono />
      </div>
    </details>
  );
}
