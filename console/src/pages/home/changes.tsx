import { FaultNote } from '../../parts/fault_note.tsx';
import { closedBelow } from '../../parts/gate.ts';
import { TimelineList } from '../../parts/timeline_list.tsx';
import { ask, quietly } from '../../api/client.ts';
import { useList } from '../../state/list.ts';
import { at, place } from '../../state/place.ts';
import { kActions } from '../../sentences/audit.ts';
import { kHome } from '../../sentences/home.ts';
import { Panel } from './panel.tsx';

const kMost = 6;

// `names`: of rules and endpoints, by their ids.
export function Changes({ names }: { names: Map<string, string> }) {
  const closed = closedBelow('OPERATOR');
  return (
    <Panel id="changes" title={kHome.changes} closed={closed} side={<a href={at('audit')}>{kHome.auditLog}</a>}>
      <List names={names} />
    </Panel>
  );
}

function List({ names }: { names: Map<string, string> }) {
  const { handle } = place.value;
  const { items, fault } = useList(
    cursor =>
      ask(
        quietly.GET('/v2/handles/{handle}/audit-events', {
          params: { path: { handle }, query: { cursor, limit: kMost } },
        }),
      ),
    [handle],
  );
  if (fault) return <FaultNote fault={fault} />;
  if (items?.length === 0) return <p class="pad m sm">{kHome.noChanges}</p>;
  return (
    <div class="pad">
      <TimelineList
        entries={(items ?? []).map(({ auditId, action, target, actor, at: when }) => ({
          key: auditId,
          icon: 'edit',
          what: (
            <>
              <b>{kActions[action] ?? action}</b> {names.get(target) ?? target}
            </>
          ),
          more: <p>{actor}</p>,
          at: when,
        }))}
      />
    </div>
  );
}
