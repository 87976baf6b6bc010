import { useState } from 'preact/hooks';
import { ask, quietly } from '../../api/client.ts';
import { TextField } from '../../parts/field.tsx';
import { Table } from '../../parts/table.tsx';
import { kSettings } from '../../sentences/settings.ts';
import { at, place } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { kLimits } from './model.ts';
import type { TabProps } from './tab.ts';

const kSays = kSettings.limits;

// The fixed limits of a handle, as the API's description has them.
const kFixed = { rules: 2000, endpoints: 100, traits: 1000, counters: 20, scores: 20, origins: 100, keys: 2 } as const;
type Kind = keyof typeof kFixed;

const kAt: Partial<Record<Kind, () => string>> = {
  rules: () => at('rules'),
  endpoints: () => at('endpoints'),
  traits: () => at('people', ['traits']),
};

const number = (count: number) => count.toLocaleString('en');

export function Limits({ form, change, issueOf, has, origins }: TabProps & { origins: number }) {
  const used = useUse();
  const counts: Partial<Record<Kind, number>> = { ...used, scores: Object.keys(has.scores ?? {}).length, origins };
  return (
    <>
      <section class="panel" aria-labelledby="limits">
        <div class="phead">
          <h2 id="limits">{kSays.title}</h2>
          <span class="m sm">{kSays.says}</span>
        </div>
        <div class="pad form w">
          {kLimits.map(name => (
            <TextField
              key={name}
              label={kSays.names[name]}
              value={form.limits[name]}
              onInput={text => change({ limits: { ...form.limits, [name]: text } })}
              hint={`${kSays.hints[name]} ${kSettings.default}`}
              issue={issueOf(`limits.${name}`)}
            />
          ))}
        </div>
      </section>
      <section class="panel" aria-labelledby="used">
        <div class="phead">
          <h2 id="used">{kSays.used}</h2>
          <span class="m sm">{kSays.usedSays}</span>
        </div>
        <Table
          label={kSays.used}
          heads={[kSays.what, { text: kSays.count, right: true }, { text: kSays.of, right: true }]}
          rows={(Object.keys(kFixed) as Kind[])
            .filter(kind => counts[kind] !== undefined)
            .map(kind => ({
              key: kind,
              cells: [
                kAt[kind] ? <a href={kAt[kind]!()}>{kSays.kinds[kind]}</a> : kSays.kinds[kind],
                number(counts[kind]!),
                number(kFixed[kind]),
              ],
            }))}
        />
      </section>
    </>
  );
}

// How many of each there are; what cannot be read is left out.
function useUse() {
  const { handle } = place.value;
  const [used, setUsed] = useState<Partial<Record<Kind, number>>>({});
  usePoll(
    0,
    async isCurrent => {
      const params = { path: { handle } };
      const paged = { path: { handle }, query: { limit: 200 } };
      const keep = (kind: Kind, count: number) => {
        if (isCurrent()) setUsed(before => ({ ...before, [kind]: count }));
      };
      const rules = async () => {
        let count = 0,
          cursor: string | undefined;
        do {
          const page = await ask(
            quietly.GET('/v2/handles/{handle}/chain-rules', {
              params: { path: { handle }, query: { limit: 200, cursor } },
            }),
          );
          if (!page.ok) return;
          count += page.data.items.length;
          cursor = page.data.nextCursor ?? undefined;
        } while (cursor);
        keep('rules', count);
      };
      const endpoints = ask(quietly.GET('/v2/handles/{handle}/webhooks', { params: paged }));
      const traits = ask(quietly.GET('/v2/handles/{handle}/traits', { params }));
      const counters = ask(quietly.GET('/v2/handles/{handle}/counters', { params }));
      const keys = ask(quietly.GET('/v2/handles/{handle}/identity-keys', { params }));
      await Promise.all([
        rules(),
        endpoints.then(answer => answer.ok && keep('endpoints', answer.data.items.length)),
        traits.then(answer => answer.ok && keep('traits', answer.data.items.length)),
        counters.then(answer => answer.ok && keep('counters', answer.data.items.length)),
        keys.then(answer => answer.ok && keep('keys', answer.data.items.length)),
      ]);
    },
    [handle],
  );
  return used;
}
