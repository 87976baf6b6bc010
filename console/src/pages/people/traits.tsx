import { useState } from 'preact/hooks';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { Table } from '../../parts/table.tsx';
import { kTraits } from '../../sentences/people.ts';
import { readTraits, type Trait } from '../../state/people.ts';
import { place } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { Declare } from './declare.tsx';
import { DeleteTrait } from './delete_trait.tsx';
import { PeopleTabs } from './tabs.tsx';
import { kTypes } from './trait_values.ts';

// The traits of the handle, and a form to declare one.
export function Traits() {
  const { handle } = place.value;
  const [traits, setTraits] = useState<Trait[] | null>(null),
    [fault, setFault] = useState<Fault | null>(null),
    [edited, setEdited] = useState<{ trait: Trait | null; round: number }>({ trait: null, round: 0 }),
    [deleted, setDeleted] = useState<Trait | null>(null),
    [round, setRound] = useState(0);
  usePoll(
    0,
    async isCurrent => {
      const answer = await readTraits(handle);
      if (!isCurrent()) return;
      setFault(answer.ok ? null : answer.fault);
      if (answer.ok) setTraits(answer.data.items);
    },
    [handle, round],
  );
  const again = () => setRound(round + 1);
  return (
    <>
      <div class="head">
        <h1>{kTraits.title}</h1>
        <p>{kTraits.lead}</p>
      </div>
      <PeopleTabs />
      {fault && <FaultNote fault={fault} />}
      {!traits && !fault && (
        <p class="loading" aria-live="polite">
          {kTraits.loading}
        </p>
      )}
      {traits && (
        <>
          <section class="panel" aria-label={kTraits.title}>
            <Table
              label={kTraits.label}
              heads={kTraits.heads}
              rows={traits.map(one => ({
                key: one.name,
                cells: [
                  <span class="mono wrap">{one.name}</span>,
                  kTypes.find(([type]) => type === one.type)![1],
                  one.public ? kTraits.yes : kTraits.no,
                  one.sensitive ? kTraits.yes : kTraits.no,
                  one.sources.length ? (
                    <span class="wrap">{one.sources.join(', ')}</span>
                  ) : (
                    <span class="m">{kTraits.allThenPage}</span>
                  ),
                  originOf(one),
                ],
                actions: (
                  <>
                    <Button
                      kind="quiet"
                      label={kTraits.changeOf(one.name)}
                      onPress={() => setEdited({ trait: one, round: edited.round + 1 })}
                    >
                      {kTraits.change}
                    </Button>
                    {(one.declared || !one.reserved) && (
                      <Button kind="quiet" label={kTraits.deleteOf(one.name)} onPress={() => setDeleted(one)}>
                        {kTraits.delete}
                      </Button>
                    )}
                  </>
                ),
              }))}
            />
          </section>
          <Declare key={edited.round} traits={traits} trait={edited.trait} onDone={again} />
        </>
      )}
      {deleted && (
        <DeleteTrait
          trait={deleted}
          onClose={() => setDeleted(null)}
          onDone={() => {
            setDeleted(null);
            again();
          }}
        />
      )}
    </>
  );
}

const originOf = ({ declared, reserved }: Trait) =>
  declared ? kTraits.origin.declared : reserved ? kTraits.origin.builtIn : kTraits.origin.first;
