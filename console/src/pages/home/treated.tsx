import { at } from '../../state/place.ts';
import { kHome } from '../../sentences/home.ts';
import type { Analytics, RuleResult } from '../rules/analytics.ts';
import { TreatedChart } from '../rules/results/series.tsx';
import { Panel } from './panel.tsx';

export function TreatedPanel({ found, results }: { found: Analytics; results: RuleResult[] }) {
  const compares = results.some(one => one.goal === 'once' && one.control);
  return (
    <Panel id="compared" title={kHome.compared}>
      {compares ? (
        <div class="pad stack s">
          <TreatedChart label={kHome.compared} found={found} results={results} />
          <p class="xs m">{kHome.shaded}</p>
        </div>
      ) : (
        <div class="pad stack s">
          <p class="m sm">{kHome.noControl}</p>
          <div>
            <a class="btn" href={at('rules')}>
              {kHome.aControl}
            </a>
          </div>
        </div>
      )}
    </Panel>
  );
}
