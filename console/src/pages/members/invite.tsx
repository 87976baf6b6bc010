import { useState } from 'preact/hooks';
import { api } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import { issueIn } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { SelectField, TextField } from '../../parts/field.tsx';
import { place } from '../../state/place.ts';
import { useSending } from '../../state/sending.ts';
import { useUnsaved } from '../../state/unsaved.ts';
import { type InvitedRole, kRoles } from './roles.ts';

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
      'Invited',
      made => {
        setEmail('');
        onCreated(made);
      },
    );
  };
  return (
    <form class="card" aria-labelledby="invite">
      <h2 id="invite">Invite somebody</h2>
      <div class="columns">
        <TextField
          label="E-mail"
          type="email"
          value={email}
          onInput={setEmail}
          issue={issueIn(fault, 'email')}
          placeholder="bea@example.com"
        />
        <SelectField label="Role" value={role} choices={kRoles} onChange={setRole} issue={issueIn(fault, 'role')} />
      </div>
      <div class="actions">
        <Button
          kind="primary"
          submits
          busy={busy}
          closed={email.trim() ? '' : 'Fill in the e-mail address.'}
          onPress={invite}
        >
          Make a link
        </Button>
      </div>
      {fault && <FaultNote fault={fault} beside={['email', 'role']} />}
    </form>
  );
}
