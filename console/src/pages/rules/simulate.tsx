import { RuleTabs } from './tabs.tsx';
export function Simulate() {
  return <><h1>Simulate</h1><RuleTabs /></>;
}
