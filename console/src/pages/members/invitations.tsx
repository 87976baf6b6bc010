import { api, ask, quietly } from '../../api/client.ts';
import { Button } from '../../parts/button.tsx';
import { Chip } from '../../parts/chip.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { Instant } from '../../parts/instant.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Table } from '../../parts/table.tsx';
import { kMembers } from '../../sentences/members.ts';
import { roleNamed } from '../../sentences/shell.ts';
import { useList } from '../../state/list.ts';
import { place } from '../../state/place.ts';
import { useSending } from '../../state/sending.ts';

const { open: kWords } = kMembers;

// Those that were not accepted yet. Reads them again when `round` changes.
export function Invitations({ round }: { round: number }) {
  const { handle } = place.value;
  const { fault: refused, send } = useSending();
  const { items, more, fault, again } = useList(
    cursor =>
      ask(
        quietly.GET('/v2/handles/{handle}/invitations', {
          params: { path: { handle }, query: { cursor, limit: 100 } },
        }),
      ),
    [handle, round],
  );
  const withdraw = (invitationId: string) => {
    const params = { path: { handle, invitationId } };
    return send(api.DELETE('/v2/handles/{handle}/invitations/{invitationId}', { params }), kWords.withdrawn, again);
  };
  if (!items?.length && !fault) return null;
  const shown = refused ?? fault;
  return (
    <Panel title={kWords.title} more={more}>
      {shown && <FaultNote fault={shown} />}
      {!!items?.length && (
        <Table
          label={kWords.title}
          heads={kWords.heads}
          rows={items.map(one => ({
            key: one.invitationId,
            cells: [
              <span key="email" class="wrap">
                {one.email}
              </span>,
              roleNamed(one.role),
              <span key="by" class="wrap">
                <Instant at={one.createdAt} /> {kWords.by(one.createdBy)}
              </span>,
              one.expired ? (
                <Chip key="at" tone="bad">
                  {kWords.expired}
                </Chip>
              ) : (
                <Instant key="at" at={one.expiresAt} />
              ),
            ],
            actions: (
              <Button kind="delete" label={kWords.withdrawOf(one.email)} onPress={() => withdraw(one.invitationId)}>
                {kWords.withdraw}
              </Button>
            ),
          }))}
        />
      )}
    </Panel>
  );
}
