import { Instant } from '../../parts/instant.tsx';
import { Table } from '../../parts/table.tsx';
import { kPerson } from '../../sentences/people.ts';
import type { Visitor } from '../../state/people.ts';

const kNumber = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });

// What the lifetime counters of the handle have counted of the visitor. Nothing where the handle has none.
export function Counters({ counters }: { counters: Visitor['counters'] }) {
  const all = Object.entries(counters);
  if (!all.length) return null;
  return (
    <section class="panel" aria-labelledby="counters">
      <div class="phead">
        <h2 id="counters">{kPerson.counters}</h2>
      </div>
      <Table
        label={kPerson.countersLabel}
        heads={kPerson.counterHeads}
        rows={all.map(([name, counted]) => ({
          key: name,
          cells: [
            <span class="mono name">{name}</span>,
            counted ? <strong>{kNumber.format(counted.count)}</strong> : <span class="m">{kPerson.beingFilled}</span>,
            typeof counted?.sum === 'number' ? kNumber.format(counted.sum) : '–',
            counted ? counted.days : '–',
            counted?.first ? <Instant at={counted.first} /> : '–',
            counted?.last ? <Instant at={counted.last} /> : '–',
          ],
          actions: false,
        }))}
      />
    </section>
  );
}
