import { useState } from 'preact/hooks';
import { api, ask, quietly } from '../api/client.ts';
import type { components } from '../api/described.d.ts';
import { Button } from '../parts/button.tsx';
import { Callout } from '../parts/callout.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { SelectField } from '../parts/field.tsx';
import { closedBelow } from '../parts/gate.ts';
import { LinkOnce } from '../parts/link_once.tsx';
import { PageHead } from '../parts/page_head.tsx';
import { Panel } from '../parts/panel.tsx';
import { Table } from '../parts/table.tsx';
import { kMembers } from '../sentences/members.ts';
import { roleNamed } from '../sentences/shell.ts';
import { useList } from '../state/list.ts';
import { place, toTop } from '../state/place.ts';
import { useSending } from '../state/sending.ts';
import { person } from '../state/sign_in.ts';
import { Invitations } from './members/invitations.tsx';
import { Invite } from './members/invite.tsx';

type Member = components['schemas']['Collaborator'];
type Created = components['schemas']['InvitationCreated'];

export function MembersPage() {
  const { handle } = place.value;
  const closed = closedBelow('OWNER');
  return (
    <>
      <PageHead title={kMembers.title} says={kMembers.says(handle)} />
      {closed ? <Callout tone="warn">{closed}</Callout> : <Members />}
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
          title={kMembers.invitationOf(shown.email)}
          says={kMembers.opened}
          link={shown.link}
        />
      )}
      <Panel title={kMembers.all} more={more}>
        {fault && <FaultNote fault={fault} />}
        {!!items?.length && (
          <Table
            label={kMembers.title}
            heads={kMembers.heads}
            rows={items.map(one => ({
              key: one.userId,
              cells: [
                <span key="email" class="wrap">
                  {one.email} {one.email === person.value?.subject && <span class="m">{kMembers.you}</span>}
                </span>,
                roleNamed(one.role),
              ],
              actions: one.role !== 'OWNER' && (
                <Button label={kMembers.changeOf(one.email)} onPress={() => setChosen(one)}>
                  {kMembers.change}
                </Button>
              ),
            }))}
          />
        )}
      </Panel>
      <Invitations round={round} />
      <Invite
        onCreated={one => {
          setShown(one);
          setRound(round + 1);
          toTop();
        }}
      />
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
      kMembers.saved,
      onChanged,
    );
  const remove = () =>
    send(
      api.DELETE('/v2/handles/{handle}/collaborators/{userId}', {
        params: { path: { handle, userId: member.userId } },
      }),
      kMembers.removed,
      onChanged,
    );
  return (
    <Dialog title={member.email} onClose={onClose}>
      <SelectField
        label={kMembers.role}
        value={role}
        choices={[...kMembers.roles, kMembers.owner]}
        onChange={setRole}
      />
      {transfers && <Callout tone="warn">{kMembers.transfers(handle, member.email)}</Callout>}
      {fault && <FaultNote fault={fault} />}
      <div class="row">
        <Button
          kind={transfers ? 'danger' : 'primary'}
          busy={busy}
          closed={role === member.role ? kMembers.chooseAnother : ''}
          onPress={save}
        >
          {transfers ? kMembers.transfer : kMembers.save}
        </Button>
        <Button kind="delete" busy={busy} onPress={remove}>
          {kMembers.remove(handle)}
        </Button>
      </div>
    </Dialog>
  );
}
