import { useState } from 'preact/hooks';
import { api } from '../../api/client.ts';
import { Button } from '../../parts/button.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { TextField } from '../../parts/field.tsx';
import { place } from '../../state/place.ts';
import { useSending } from '../../state/sending.ts';
import { useUnsaved } from '../../state/unsaved.ts';
import type { Shown } from './one.tsx';
import { kScopes, type Scope } from './scopes.ts';

export function NewToken({ onCreated }: { onCreated: (shown: Shown) => void }) {
  const { handle } = place.value;
  const [name, setName] = useState(''),
    [scopes, setScopes] = useState<Scope[]>([]),
    [end, setEnd] = useState('');
  const { fault, busy, send } = useSending();
  useUnsaved(name !== '' || scopes.length > 0 || end !== '');
  const issueOf = (field: string) => fault?.details.find(one => one.field.startsWith(field))?.issue;
  const create = () => {
    const body = { name, scopes, expiresAt: end ? new Date(end).toISOString() : null };
    return send(api.POST('/v2/handles/{handle}/tokens', { params: { path: { handle } }, body }), 'Created', made => {
      setName('');
      setScopes([]);
      setEnd('');
      onCreated(made);
    });
  };
  return (
    <form class="card" aria-labelledby="new-token">
      <h2 id="new-token">New token</h2>
      <TextField label="Name" value={name} onInput={setName} issue={issueOf('name')} placeholder="Shop backend" />
      <Scopes chosen={scopes} onChange={setScopes} issue={issueOf('scopes')} />
      <TextField
        label="Expires"
        type="datetime-local"
        value={end}
        onInput={setEnd}
        issue={issueOf('expiresAt')}
        hint="By this browser’s clock. Left empty, it does not expire."
      />
      <div class="actions">
        <Button
          kind="primary"
          submits
          busy={busy}
          closed={name.trim() && scopes.length ? '' : 'Give it a name and choose at least one scope.'}
          onPress={create}
        >
          Create
        </Button>
      </div>
      {fault && <FaultNote fault={fault} beside={fault.details.map(one => one.field)} />}
    </form>
  );
}

interface ScopesProps {
  chosen: Scope[];
  onChange: (scopes: Scope[]) => void;
  issue?: string;
}

function Scopes({ chosen, onChange, issue }: ScopesProps) {
  const toggle = (scope: Scope) =>
    onChange(chosen.includes(scope) ? chosen.filter(one => one !== scope) : [...chosen, scope]);
  return (
    <fieldset class="types">
      <legend>Scopes</legend>
      {issue && <p class="issue">{issue}</p>}
      <ul>
        {kScopes.map(({ scope, says }) => (
          <li key={scope}>
            <label class="check">
              <input type="checkbox" checked={chosen.includes(scope)} onChange={() => toggle(scope)} />
              <span>
                <code>{scope}</code> <span class="quiet">{says}</span>
              </span>
            </label>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}
