import { useState } from 'preact/hooks';
import { Json } from '../../parts/json.tsx';
import { Ticked } from '../../parts/ticked.tsx';
import { kPlaybook } from '../../sentences/playbook.ts';
import { place } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { catalog, isEventType, kWildcards, type EventType } from './catalog.ts';

const kSays = kPlaybook.subscribe;

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
    .map(type => ({ type, says: kSays.customType, example: undefined }));
  const add = () => {
    if (isEventType(own)) {
      if (!chosen.includes(own)) onChange([...chosen, own]);
      setOwn('');
    }
  };
  return (
    <fieldset class="event-types">
      <legend class="lbl">{kSays.types}</legend>
      {issue && (
        <p class="err">
          <Ticked text={issue} />
        </p>
      )}
      <ul>
        {[...known, ...others].map(({ type, says, example }) => (
          <li key={type}>
            <label>
              <input type="checkbox" checked={chosen.includes(type)} onChange={() => toggle(type)} />
              <span>
                <code>{type}</code>{' '}
                <span class="m sm">
                  <Ticked text={says} />
                </span>
              </span>
            </label>
            {example !== undefined && (
              <details>
                <summary aria-label={kSays.exampleOf(type)}>{kSays.example}</summary>
                <Json text={JSON.stringify(example)} label={kSays.exampleOf(type)} />
              </details>
            )}
          </li>
        ))}
      </ul>
      <p class="chooses">
        <input
          aria-label={kSays.anotherType}
          class="mono"
          placeholder={kSays.anotherTypeExample}
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
        <button type="button" class="btn" onClick={add}>
          {kSays.add}
        </button>
      </p>
    </fieldset>
  );
}
