import { kPeople } from '../../sentences/people.ts';
import { at, place } from '../../state/place.ts';

const { tabs } = kPeople;

export function PeopleTabs() {
  const onTraits = place.value.more.length > 1;
  return (
    <nav class="tabs" aria-label={tabs.label}>
      <a href={at('people')} aria-current={onTraits ? undefined : 'page'}>
        {tabs.people}
      </a>
      <a href={at('people', ['-', 'traits'])} aria-current={onTraits ? 'page' : undefined}>
        {tabs.traits}
      </a>
    </nav>
  );
}
