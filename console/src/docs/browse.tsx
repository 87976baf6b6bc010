import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import { kDocs } from '../sentences/docs.ts';
import { matches, titleIn, type Group } from './reference.ts';

interface Props {
  groups: Group[];
  current: string; // id
  search: string;
  onSearch: (text: string) => void;
}

// The list of operations by tag, with a search that / moves to and Enter takes the first of.
export function Browse({ groups, current, search, onSearch }: Props) {
  const here = useRef<HTMLElement>(null),
    field = useRef<HTMLInputElement>(null);
  const found = groups
    .map(group => ({ ...group, operations: group.operations.filter(one => matches(one, search.trim())) }))
    .filter(({ operations }) => operations.length > 0);
  const count = found.reduce((sum, { operations }) => sum + operations.length, 0);
  // With the first drawing already: whoever sees the field may press the key.
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent) => {
      const { target } = event;
      if (event.key !== '/' || (target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)))
        return;
      event.preventDefault();
      field.current?.focus();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
  // Within the list only: the page itself stays where it is.
  useEffect(() => {
    const list = here.current?.querySelector<HTMLElement>('.browse'),
      link = list?.querySelector<HTMLElement>('[aria-current]');
    if (list && link && list.scrollHeight > list.clientHeight)
      list.scrollTop = link.offsetTop - list.offsetTop - list.clientHeight / 3;
  }, [current]);
  return (
    <nav class="stack s stick" aria-label={kDocs.menu} ref={here}>
      <form
        class="search"
        role="search"
        onSubmit={event => {
          event.preventDefault();
          const first = found[0]?.operations[0];
          if (first) location.hash = first.id;
        }}
      >
        <label class="hide" for="search">
          {kDocs.search}
        </label>
        <Icon name="search" />
        <input
          id="search"
          ref={field}
          type="search"
          placeholder={kDocs.searchHint}
          autocomplete="off"
          value={search}
          onInput={event => onSearch(event.currentTarget.value)}
        />
      </form>
      <p class="m xs" role="status">
        {search.trim() ? (count ? kDocs.found(count) : kDocs.nothing(search.trim())) : ''}
      </p>
      <div class="browse">
        {!search.trim() && (
          <a href="#overview" aria-current={current ? undefined : 'page'}>
            {kDocs.start}
          </a>
        )}
        {found.map(({ name, operations }) => (
          <div key={name}>
            <h2 id={`tag-${name}`} class="lbl">
              {name}
            </h2>
            <ul aria-labelledby={`tag-${name}`}>
              {operations.map(one => (
                <li key={one.id}>
                  <a href={`#${one.id}`} aria-current={one.id === current ? 'page' : undefined}>
                    <code>{one.isEvent ? 'EVENT' : one.method === 'DELETE' ? 'DEL' : one.method}</code>{' '}
                    <span>{titleIn(operations, one)}</span>
                  </a>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </div>
    </nav>
  );
}
