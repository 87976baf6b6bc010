import { useState } from 'preact/hooks';
import { api } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import { Button } from '../../parts/button.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { TextField } from '../../parts/field.tsx';
import { kTokens } from '../../sentences/tokens.ts';
import { place } from '../../state/place.ts';
import { useSending } from '../../state/sending.ts';
import { useUnsaved } from '../../state/unsaved.ts';
import type { Shown } from './token_table.tsx';

type Scope = components['schemas']['Scope'];
const kScopes = Object.entries(kTokens.scopes satisfies Record<Scope, string>) as [Scope, string][];

const { make: kWords } = kTokens;

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
    return send(
      api.POST('/v2/handles/{handle}/tokens', { params: { path: { handle } }, body }),
      kWords.created,
      made => {
        setName('');
        setScopes([]);
        setEnd('');
        onCreated(made);
      },
    );
  };
  return (
    <form class="panel pad stack s" aria-labelledby="new-token">
      <h2 id="new-token">{kWords.title}</h2>
      <div class="form">
        <TextField
          label={kWords.name}
          value={name}
          onInput={setName}
          issue={issueOf('name')}
          placeholder={kWords.example}
        />
        <TextField
          label={kWords.expires}
          type="datetime-local"
          value={end}
          onInput={setEnd}
          issue={issueOf('expiresAt')}
          hint={kWords.hint}
        />
      </div>
      <Scopes chosen={scopes} onChange={setScopes} issue={issueOf('scopes')} />
      <div class="row">
        <Button
          kind="primary"
          submits
          busy={busy}
          closed={name.trim() && scopes.length ? '' : kWords.fillIn}
          onPress={create}
        >
          {kWords.create}
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
    <fieldset>
      <legend>{kWords.scopes}</legend>
      {issue && <p class="err">{issue}</p>}
      <ul class="form w">
        {kScopes.map(([scope, says]) => (
          <li key={scope}>
            <label class="check tight">
              <input type="checkbox" checked={chosen.includes(scope)} onChange={() => toggle(scope)} />
              <span>
                <code>{scope}</code> <span class="m sm">{says}</span>
              </span>
            </label>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}
