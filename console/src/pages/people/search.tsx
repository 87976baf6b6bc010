import { useState } from 'preact/hooks';
import { Button } from '../../parts/button.tsx';
import { SearchField } from '../../parts/filter_bar.tsx';
import { kPeople } from '../../sentences/people.ts';
import { go, place } from '../../state/place.ts';
import { personAt } from '../../state/people.ts';

const kNoIds = new Set(['.', '..']); // a path cannot hold them, and the server blocks them

// Lists visitors by the beginning of an id as one types; Enter, or the button, opens the one that has it.
export function Search({ found = '' }: { found?: string }) {
  const [typed, setTyped] = useState(found || (place.value.query.get('q') ?? ''));
  const id = typed.trim().normalize();
  const closed = kNoIds.has(id) ? kPeople.noId : '';
  const open = (text: string) => {
    if (text && !kNoIds.has(text)) go(personAt(text));
  };
  return (
    <>
      <SearchField label={kPeople.search} begin={found} onType={setTyped} onEnter={open} />
      {id && (
        <Button closed={closed} onPress={() => open(id)}>
          {kPeople.open}
        </Button>
      )}
    </>
  );
}
