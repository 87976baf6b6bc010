import { RuleTabs } from './tabs.tsx';
export function Results() {
  return <><h1>Results</h1><RuleTabs /></>;
}
