import { useState } from 'preact/hooks';
import { api, ask, quietly } from '../api/client.ts';
import type { components } from '../api/described.d.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { SelectField } from '../parts/field.tsx';
import { closedBelow } from '../parts/gate.ts';
import { LinkOnce } from '../parts/link_once.tsx';
import { Table } from '../parts/table.tsx';
import { useList } from '../state/list.ts';
import { place, toTop } from '../state/place.ts';
import { useSending } from '../state/sending.ts';
import { person } from '../state/sign_in.ts';
import { Invitations } from './members/invitations.tsx';
import { Invite } from './members/invite.tsx';
import { kRoles } from './members/roles.ts';

type Member = components['schemas']['Collaborator'];
type Created = components['schemas']['InvitationCreated'];

export function MembersPage() {
  const { handle } = place.value;
  const closed = closedBelow('OWNER');
  return (
    <>
      <h1>Members</h1>
      <p class="lead">Who may work on {handle}. A change holds from the next request on.</p>
      {closed ? <p class="note">{closed}</p> : <Members />}
    </>
  );
}

function Members() {
  const { handle } = place.value;
  const [shown, setShown] = useState<Created | null>(null),
    [round, setRound] = useState(0),
    [chosen, setChosen] = useState<Member | null>(null);
  const { items, more, fault, again } = useList(
    cursor =>
      ask(
        quietly.GET('/v2/handles/{handle}/collaborators', {
          params: { path: { handle }, query: { cursor, limit: 100 } },
        }),
      ),
    [handle],
  );
  return (
    <>
      {shown && (
        <LinkOnce
          key={shown.invitationId}
          title={`Invitation of ${shown.email}`}
          says="Whoever opens it first becomes this member."
          link={shown.link}
        />
      )}
      <Invite
        onCreated={one => {
          setShown(one);
          setRound(round + 1);
          toTop();
        }}
      />
      <section class="card" aria-labelledby="members">
        <h2 id="members">Members</h2>
        {fault && <FaultNote fault={fault} />}
        {!!items?.length && (
          <Table
            label="Members"
            heads={['E-mail', 'Role']}
            rows={items.map(one => ({
              key: one.userId,
              cells: [
                <span key="email" class="wrap">
                  {one.email} {one.email === person.value?.subject && <span class="quiet">(you)</span>}
                </span>,
                one.role,
              ],
              actions: one.role !== 'OWNER' && (
                <Button kind="quiet" label={`Change ${one.email}`} onPress={() => setChosen(one)}>
                  Change
                </Button>
              ),
            }))}
          />
        )}
        {more && (
          <div>
            <Button onPress={more}>Show more</Button>
          </div>
        )}
      </section>
      <Invitations round={round} />
      {chosen && (
        <Change
          member={chosen}
          onClose={() => setChosen(null)}
          onChanged={() => {
            setChosen(null);
            again();
          }}
        />
      )}
    </>
  );
}

interface ChangeProps {
  member: Member;
  onClose: () => void;
  onChanged: () => void;
}

function Change({ member, onClose, onChanged }: ChangeProps) {
  const { handle } = place.value;
  const [role, setRole] = useState<string>(member.role);
  const { fault, busy, send } = useSending();
  const params = { path: { handle } };
  const transfers = role === 'OWNER';
  const save = () =>
    send(
      api.PUT('/v2/handles/{handle}/collaborators', {
        params,
        body: { email: member.email, role: role as Member['role'] },
      }),
      'Saved',
      onChanged,
    );
  const remove = () =>
    send(
      api.DELETE('/v2/handles/{handle}/collaborators/{userId}', {
        params: { path: { handle, userId: member.userId } },
      }),
      'Removed',
      onChanged,
    );
  return (
    <Dialog title={member.email} onClose={onClose}>
      <SelectField
        label="Role"
        value={role}
        choices={[...kRoles, ['OWNER', 'OWNER: also members and settings; exactly one']]}
        onChange={setRole}
      />
      {transfers && (
        <p class="note">
          This transfers {handle}: {member.email} becomes its OWNER, and you become OPERATOR. Only the new OWNER can
          undo it.
        </p>
      )}
      {fault && <FaultNote fault={fault} />}
      <div class="actions">
        <Button
          kind={transfers ? 'danger' : 'primary'}
          busy={busy}
          closed={role === member.role ? 'Choose another role.' : ''}
          onPress={save}
        >
          {transfers ? 'Transfer ownership' : 'Save'}
        </Button>
        <Button kind="danger" busy={busy} onPress={remove}>
          Remove from {handle}
        </Button>
      </div>
    </Dialog>
  );
}
