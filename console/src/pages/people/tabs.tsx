import { at, place } from '../../state/place.ts';

export function PeopleTabs() {
  const onTraits = place.value.more.length > 1;
  return (
    <nav class="tabs" aria-label="People">
      <a href={at('people')} aria-current={onTraits ? undefined : 'page'}>
        People
      </a>
      <a href={at('people', ['-', 'traits'])} aria-current={onTraits ? 'page' : undefined}>
        Traits
      </a>
    </nav>
  );
}
