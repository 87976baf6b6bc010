import { useState } from 'preact/hooks';
import { kLists } from '../sentences/lists.ts';
import { told } from '../state/instants.ts';
import { now } from '../state/now.ts';
import { place, refine } from '../state/place.ts';
import { clock } from '../state/preferences.ts';
import { fromField, inField, rangeOf, type Range, type RangeName } from '../state/range.ts';
import { TextField } from './field.tsx';
import { FilterChip } from './filter_bar.tsx';

interface Props {
  usual: RangeName;
  ranges?: readonly Exclude<RangeName, 'own'>[];
}

// The time range of a list. It is always set: `usual` where the URL has none.
export function TimeFilter({ usual, ranges = ['1h', '24h', '7d', '30d', 'all'] }: Props) {
  const range = rangeOf(place.value.query, usual, now.value);
  const at = (text: string | undefined) =>
    text ? told(text, clock.value === 'relative' ? 'local' : clock.value, now.value) : '';
  const says = range.name === 'own' ? kLists.between(at(range.since), at(range.until)) : kLists.ranges[range.name];
  const choose = (name: RangeName) => refine({ range: name === usual ? '' : name, since: '', until: '' });
  const isUsual = range.name === usual;
  return (
    <FilterChip name={kLists.time} value={says} onRemove={isUsual ? undefined : () => choose(usual)}>
      {close => (
        <div class="stack s">
          <ul class="fchoices">
            {ranges.map(name => (
              <li key={name}>
                <button
                  type="button"
                  class="btn flat"
                  aria-pressed={name === range.name}
                  onClick={() => {
                    choose(name);
                    close();
                  }}
                >
                  {kLists.ranges[name]}
                </button>
              </li>
            ))}
          </ul>
          <Own range={range} onDone={close} />
        </div>
      )}
    </FilterChip>
  );
}

function Own({ range, onDone }: { range: Range; onDone: () => void }) {
  const isOwn = range.name === 'own';
  const [since, setSince] = useState(inField(isOwn ? range.since : undefined)),
    [until, setUntil] = useState(inField(isOwn ? range.until : undefined));
  return (
    <form
      class="stack s"
      aria-label={kLists.ranges.own}
      onSubmit={event => {
        event.preventDefault();
        if (since || until) refine({ since: fromField(since), until: fromField(until), range: '' });
        onDone();
      }}
    >
      <TextField label={kLists.from} type="datetime-local" value={since} onInput={setSince} />
      <TextField label={kLists.until} type="datetime-local" value={until} onInput={setUntil} />
      <button type="submit" class="btn">
        {kLists.apply}
      </button>
    </form>
  );
}
