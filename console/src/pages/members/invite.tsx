import { useState } from 'preact/hooks';
import { api } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import { issueIn } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { SelectField, TextField } from '../../parts/field.tsx';
import { kMembers } from '../../sentences/members.ts';
import { place } from '../../state/place.ts';
import { useSending } from '../../state/sending.ts';
import { useUnsaved } from '../../state/unsaved.ts';

const { invite: kWords } = kMembers;
type InvitedRole = (typeof kMembers.roles)[number][0];

export function Invite({ onCreated }: { onCreated: (one: components['schemas']['InvitationCreated']) => void }) {
  const { handle } = place.value;
  const [email, setEmail] = useState(''),
    [role, setRole] = useState<string>('CREATOR');
  const { fault, busy, send } = useSending();
  useUnsaved(email !== '');
  const invite = () => {
    const body = { email: email.trim(), role: role as InvitedRole };
    return send(
      api.POST('/v2/handles/{handle}/invitations', { params: { path: { handle } }, body }),
      kWords.done,
      made => {
        setEmail('');
        onCreated(made);
      },
    );
  };
  return (
    <form class="panel pad stack s" aria-labelledby="invite">
      <h2 id="invite">{kWords.title}</h2>
      <div class="form">
        <TextField
          label={kWords.email}
          type="email"
          value={email}
          onInput={setEmail}
          issue={issueIn(fault, 'email')}
          placeholder={kWords.example}
        />
        <SelectField
          label={kMembers.role}
          value={role}
          choices={kMembers.roles}
          onChange={setRole}
          issue={issueIn(fault, 'role')}
        />
      </div>
      <div class="row">
        <Button kind="primary" submits busy={busy} closed={email.trim() ? '' : kWords.fillIn} onPress={invite}>
          {kWords.make}
        </Button>
      </div>
      {fault && <FaultNote fault={fault} beside={['email', 'role']} />}
    </form>
  );
}
