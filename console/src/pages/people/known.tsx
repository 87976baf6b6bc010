import { useState } from 'preact/hooks';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { closedBelow } from '../../parts/gate.ts';
import { Instant } from '../../parts/instant.tsx';
import { Table } from '../../parts/table.tsx';
import { kKnown } from '../../sentences/people.ts';
import { nameOf, readTrait, type Trait, type TraitValue, type Visitor } from '../../state/people.ts';
import { place } from '../../state/place.ts';
import { SayTrait } from './say_trait.tsx';
import { inTable } from './trait_values.ts';

const bytes = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

interface Props {
  visitor: Visitor;
  traits: Trait[]; // of the handle
  onChange: () => void;
}

// What is known of the visitor, and a form to change it.
export function Known({ visitor, traits, onChange }: Props) {
  const [edited, setEdited] = useState({ name: '', round: 0 }); // `round` starts the form again
  const [shown, setShown] = useState<Record<string, TraitValue>>({}), // unmasked values, by what they are values of
    [fault, setFault] = useState<Fault | null>(null);
  const known = Object.entries(visitor.traits).sort(([a], [b]) => bytes(a, b));
  const closed = closedBelow('OPERATOR');
  const keyOf = (name: string) => `${name} ${visitor.traits[name]?.at}`;
  const whole = (name: string): TraitValue => {
    const { value = null, masked } = visitor.traits[name] ?? {};
    return masked ? (shown[keyOf(name)] ?? null) : value;
  };
  const show = async (name: string) => {
    const answer = await readTrait(place.value.handle, nameOf(visitor), name);
    setFault(answer.ok ? null : answer.fault);
    if (answer.ok) setShown(shown => ({ ...shown, [keyOf(name)]: answer.data.value }));
  };
  return (
    <section class="panel" aria-labelledby="traits">
      <div class="phead">
        <h2 id="traits">{kKnown.title}</h2>
      </div>
      {known.length === 0 && <p class="pad m">{kKnown.none}</p>}
      {known.length > 0 && (
        <Table
          label={kKnown.label}
          heads={kKnown.heads}
          rows={known.map(([name, { value, hidden, masked, source, at }]) => ({
            key: name,
            cells: [
              <span class="mono name">{name}</span>,
              hidden ? (
                <span class="m">{kKnown.hidden}</span>
              ) : (
                <strong class="wrap">{inTable(whole(name) ?? value)}</strong>
              ),
              <span class="wrap">{source || '–'}</span>,
              <Instant at={at} />,
            ],
            actions: !closed && (
              <>
                {masked && !(keyOf(name) in shown) && (
                  <Button kind="quiet" label={kKnown.showOf(name)} onPress={() => show(name)}>
                    {kKnown.show}
                  </Button>
                )}
                <Button
                  kind="quiet"
                  label={kKnown.changeOf(name)}
                  onPress={() => setEdited({ name, round: edited.round + 1 })}
                >
                  {kKnown.change}
                </Button>
              </>
            ),
          }))}
        />
      )}
      {fault && <FaultNote fault={fault} />}
      {!closed && (
        <div class="pad">
          <SayTrait
            key={edited.round}
            visitorId={nameOf(visitor)}
            traits={traits}
            name={edited.name}
            value={whole(edited.name)}
            onDone={onChange}
          />
        </div>
      )}
    </section>
  );
}
