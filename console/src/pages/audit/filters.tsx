import { ClearFilters, TextFilter } from '../../parts/filter_bar.tsx';
import { TimeFilter } from '../../parts/time_filter.tsx';
import { kActions, kAudit } from '../../sentences/audit.ts';
import { rangeOf } from '../../state/range.ts';

export const kParams = ['actor', 'action', 'target', 'range', 'since', 'until'];
const { filters: says } = kAudit;

// As the API takes them.
export function givenIn(query: URLSearchParams, now: number) {
  const { since, until } = rangeOf(query, 'all', now);
  const [actor, action, target] = ['actor', 'action', 'target'].map(name => query.get(name)?.trim() || undefined);
  return { actor, action, target, since, until };
}

export const AuditFilters = () => (
  <>
    <TimeFilter usual="all" />
    <TextFilter name={says.actor} param="actor" hint={says.actorHint} placeholder={says.actorExample} />
    <TextFilter
      name={says.action}
      param="action"
      hint={says.actionHint}
      placeholder={says.actionExample}
      suggest={Object.keys(kActions)}
    />
    <TextFilter name={says.target} param="target" hint={says.targetHint} placeholder={says.targetExample} />
    <ClearFilters params={kParams} />
  </>
);
