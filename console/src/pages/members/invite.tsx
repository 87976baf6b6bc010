import { useState } from 'preact/hooks';
import { api, ask } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { SelectField, TextField } from '../../parts/field.tsx';
import { confirmed } from '../../parts/toast.tsx';
import { place } from '../../state/place.ts';
import { useUnsaved } from '../../state/unsaved.ts';
import { type InvitedRole, kRoles } from './roles.ts';

export function Invite({ onCreated }: { onCreated: (one: components['schemas']['InvitationCreated']) => void }) {
  const { handle } = place.value;
  const [email, setEmail] = useState(''),
    [role, setRole] = useState<string>('CREATOR');
  const [fault, setFault] = useState<Fault | null>(null),
    [busy, setBusy] = useState(false);
  useUnsaved(email !== '');
  const issueOf = (field: string) => fault?.details.find(one => one.field === field)?.issue;
  const invite = async () => {
    setBusy(true);
    const body = { email: email.trim(), role: role as InvitedRole };
    const answer = await ask(api.POST('/v2/handles/{handle}/invitations', { params: { path: { handle } }, body }));
    setBusy(false);
    setFault(answer.ok ? null : answer.fault);
    if (!answer.ok) return;
    setEmail('');
    confirmed('Invited');
    onCreated(answer.data);
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
          issue={issueOf('email')}
          placeholder="bea@example.com"
        />
        <SelectField label="Role" value={role} choices={kRoles} onChange={setRole} issue={issueOf('role')} />
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
