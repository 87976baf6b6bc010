import { at, place } from '../../state/place.ts';
import { kRules } from '../../sentences/rules.ts';

const t = kRules.tabs;
const kTabs = [
  ['', t.rules],
  ['results', t.results],
  ['simulate', t.simulate],
  ['versions', t.versions],
] as const;

// "-" takes the place of a rule id.
export function RuleTabs() {
  const [first, second = ''] = place.value.more;
  const here = first === '-' ? second : '';
  return (
    <nav class="tabs" aria-label={t.label}>
      {kTabs.map(([name, title]) => (
        <a key={name} href={at('rules', name ? ['-', name] : [])} aria-current={here === name ? 'page' : undefined}>
          {title}
        </a>
      ))}
    </nav>
  );
}
