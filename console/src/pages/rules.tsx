import { lazy } from '../parts/lazy.tsx';
import { place } from '../state/place.ts';

const List = lazy(() => import('./rules/list.tsx').then(file => file.RuleList));
const Editor = lazy(() => import('./rules/editor.tsx').then(file => file.RuleEditor));
const Versions = lazy(() => import('./rules/versions.tsx').then(file => file.Versions));
const Simulate = lazy(() => import('./rules/simulate.tsx').then(file => file.Simulate));
const Results = lazy(() => import('./rules/results.tsx').then(file => file.Results));

// …/rules, …/rules/+ (a new one), …/rules/{ruleId}, …/rules/-/versions, …/rules/-/simulate, …/rules/-/results
export function RulesPage() {
  const [first, second] = place.value.more;
  if (!first) return <List />;
  if (first !== '-') return <Editor key={first} ruleId={first === '+' ? '' : first} />;
  if (second === 'simulate') return <Simulate />;
  return second === 'results' ? <Results /> : <Versions />;
}
