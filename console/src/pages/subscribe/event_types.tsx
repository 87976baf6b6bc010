import { useState } from 'preact/hooks';
import { Json } from '../../parts/json.tsx';
import { Ticked } from '../../parts/ticked.tsx';
import { place } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { catalog, isEventType, kWildcards, type EventType } from './catalog.ts';

export function EventTypes({
  chosen,
  onChange,
  issue,
}: {
  chosen: string[];
  onChange: (types: string[]) => void;
  issue?: string;
}) {
  const { handle } = place.value;
  const [known, setKnown] = useState<EventType[]>(kWildcards),
    [own, setOwn] = useState('');
  usePoll(
    0,
    async isCurrent => {
      const all = await catalog(handle);
      if (isCurrent()) setKnown(all);
    },
    [handle],
  );
  const toggle = (type: string) =>
    onChange(chosen.includes(type) ? chosen.filter(one => one !== type) : [...chosen, type]);
  const others = chosen
    .filter(type => !known.some(one => one.type === type))
    .map(type => ({ type, says: 'custom type', example: undefined }));
  const add = () => {
    if (isEventType(own)) {
      if (!chosen.includes(own)) onChange([...chosen, own]);
      setOwn('');
    }
  };
  return (
    <fieldset class="types">
      <legend>Event types</legend>
      {issue && (
        <p class="issue">
          <Ticked text={issue} />
        </p>
      )}
      <ul>
        {[...known, ...others].map(({ type, says, example }) => (
          <li key={type}>
            <label class="check">
              <input type="checkbox" checked={chosen.includes(type)} onChange={() => toggle(type)} />
              <span>
                <code>{type}</code>{' '}
                <span class="quiet">
                  <Ticked text={says} />
                </span>
              </span>
            </label>
            {example !== undefined && (
              <details class="example">
                <summary aria-label={`Example of ${type}`}>example</summary>
                <Json text={JSON.stringify(example)} label={`Example of ${type}`} />
              </details>
            )}
          </li>
        ))}
      </ul>
      <p class="other">
        <input
          aria-label="Another event type"
          class="mono"
          placeholder="signal.cart or order.*"
          value={own}
          aria-invalid={own !== '' && !isEventType(own)}
          onInput={event => setOwn(event.currentTarget.value)}
          onKeyDown={event => {
            if (event.key === 'Enter') {
              event.preventDefault();
              add();
            }
          }}
        />
        <button type="button" class="button" onClick={add}>
          Add
        </button>
      </p>
    </fieldset>
  );
}
