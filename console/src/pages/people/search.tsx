import { useRef, useState } from 'preact/hooks';
import { Button } from '../../parts/button.tsx';
import { useKeys } from '../../state/keys.ts';
import { go } from '../../state/place.ts';
import { keys } from '../../state/preferences.ts';
import { personAt } from '../../state/people.ts';

const kNoIds = new Set(['.', '..']); // a path cannot hold them, and the server blocks them

// Opens a visitor by any of their ids. `onType` gets what is typed.
export function Search({ found = '', onType }: { found?: string; onType?: (text: string) => void }) {
  const [id, setId] = useState(found),
    field = useRef<HTMLInputElement>(null);
  useKeys([{ key: '/', does: 'search for a visitor', run: () => field.current?.focus() }]);
  const typed = id.trim().normalize();
  return (
    <search>
      <form class="filters">
        <label>
          <span>Id of a visitor{keys.value === 'on' && <kbd>/</kbd>}</span>
          <input
            ref={field}
            class="mono"
            value={id}
            maxLength={257}
            placeholder="jon@company.example or ~a-7f…"
            spellcheck={false}
            autocomplete="off"
            onInput={event => {
              setId(event.currentTarget.value);
              onType?.(event.currentTarget.value.trim().normalize());
            }}
          />
        </label>
        <Button
          submits
          kind="primary"
          closed={!typed ? 'Enter an id first.' : kNoIds.has(typed) ? 'No visitor has this id.' : ''}
          onPress={() => go(personAt(typed))}
        >
          Open
        </Button>
      </form>
    </search>
  );
}
