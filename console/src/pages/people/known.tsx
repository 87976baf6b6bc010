import { useState } from 'preact/hooks';
import { Button } from '../../parts/button.tsx';
import { closedBelow } from '../../parts/gate.ts';
import { Instant } from '../../parts/instant.tsx';
import { Table } from '../../parts/table.tsx';
import { nameOf, type Trait, type Visitor } from '../../state/people.ts';
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
  const known = Object.entries(visitor.traits).sort(([a], [b]) => bytes(a, b));
  const closed = closedBelow('OPERATOR');
  return (
    <section class="card" aria-labelledby="traits">
      <h2 id="traits">Traits</h2>
      {known.length === 0 && <p class="quiet">No traits yet.</p>}
      {known.length > 0 && (
        <Table
          label="Traits of the visitor"
          heads={['Trait', 'Value', 'Source', 'Since']}
          rows={known.map(([name, { value, hidden, source, at }]) => ({
            key: name,
            cells: [
              <span class="mono name">{name}</span>,
              hidden ? <span class="quiet">Hidden: sensitive</span> : <strong class="wrap">{inTable(value)}</strong>,
              <span class="wrap">{source}</span>,
              <Instant at={at} />,
            ],
            actions: !closed && (
              <Button
                kind="quiet"
                label={`Change ${name}`}
                onPress={() => setEdited({ name, round: edited.round + 1 })}
              >
                Change
              </Button>
            ),
          }))}
        />
      )}
      {!closed && (
        <SayTrait
          key={edited.round}
          visitorId={nameOf(visitor)}
          traits={traits}
          name={edited.name}
          value={visitor.traits[edited.name]?.value ?? null}
          onDone={onChange}
        />
      )}
    </section>
  );
}
