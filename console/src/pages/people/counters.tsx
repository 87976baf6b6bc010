import { Instant } from '../../parts/instant.tsx';
import { Table } from '../../parts/table.tsx';
import type { Visitor } from '../../state/people.ts';

const kNumber = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });

// What the lifetime counters of the handle have counted of the visitor. Nothing where the handle has none.
export function Counters({ counters }: { counters: Visitor['counters'] }) {
  const all = Object.entries(counters);
  if (!all.length) return null;
  return (
    <section class="card" aria-labelledby="counters">
      <h2 id="counters">Lifetime counters</h2>
      <Table
        label="Lifetime counters of the visitor"
        heads={['Counter', 'Count', 'Sum', 'Days, of the last 64', 'First', 'Last']}
        rows={all.map(([name, counted]) => ({
          key: name,
          cells: [
            <span class="mono name">{name}</span>,
            counted ? <strong>{kNumber.format(counted.count)}</strong> : <span class="quiet">Being filled</span>,
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
