import { at, place } from '../../state/place.ts';

const kTabs = [
  ['', 'Rules'],
  ['results', 'Results'],
  ['simulate', 'Simulate'],
  ['versions', 'Versions'],
] as const;

// "-" takes the place of a rule id.
export function RuleTabs() {
  const [first, second = ''] = place.value.more;
  const here = first === '-' ? second : '';
  return (
    <nav class="tabs" aria-label="Rules">
      {kTabs.map(([name, title]) => (
        <a key={name} href={at('rules', name ? ['-', name] : [])} aria-current={here === name ? 'page' : undefined}>
          {title}
        </a>
      ))}
    </nav>
  );
}
