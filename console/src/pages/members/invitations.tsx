import { api, ask, quietly } from '../../api/client.ts';
import { Button } from '../../parts/button.tsx';
import { State } from '../../parts/chip.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { Instant } from '../../parts/instant.tsx';
import { Table } from '../../parts/table.tsx';
import { useList } from '../../state/list.ts';
import { place } from '../../state/place.ts';
import { useSending } from '../../state/sending.ts';

// Those that were not accepted yet. Reads them again when `round` changes.
export function Invitations({ round }: { round: number }) {
  const { handle } = place.value;
  const { fault: refused, send } = useSending();
  const { items, fault, again } = useList(
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
    return send(api.DELETE('/v2/handles/{handle}/invitations/{invitationId}', { params }), 'Withdrawn', again);
  };
  if (!items?.length && !fault) return null;
  const shown = refused ?? fault;
  return (
    <section class="card" aria-labelledby="invitations">
      <h2 id="invitations">Open invitations</h2>
      {shown && <FaultNote fault={shown} />}
      {!!items?.length && (
        <Table
          label="Open invitations"
          heads={['E-mail', 'Role', 'Invited', 'Expires']}
          rows={items.map(one => ({
            key: one.invitationId,
            cells: [
              <span key="email" class="wrap">
                {one.email}
              </span>,
              one.role,
              <span key="by">
                <Instant at={one.createdAt} /> by {one.createdBy}
              </span>,
              one.expired ? (
                <State key="at" name="failed">
                  expired
                </State>
              ) : (
                <Instant key="at" at={one.expiresAt} />
              ),
            ],
            actions: (
              <Button
                kind="quiet"
                label={`Withdraw the invitation of ${one.email}`}
                onPress={() => withdraw(one.invitationId)}
              >
                Withdraw
              </Button>
            ),
          }))}
        />
      )}
    </section>
  );
}
