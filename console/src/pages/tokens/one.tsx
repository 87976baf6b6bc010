import { useState } from 'preact/hooks';
import { api, ask } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { State } from '../../parts/chip.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { SelectField } from '../../parts/field.tsx';
import { Instant } from '../../parts/instant.tsx';
import { confirmed } from '../../parts/toast.tsx';
import { place } from '../../state/place.ts';

type Token = components['schemas']['Token'];
export type Shown = components['schemas']['TokenShown'];

const kOverlaps = [
  ['0', 'not at all'],
  ['3600', 'for 1 hour'],
  ['86400', 'for 24 hours'],
  ['604800', 'for 7 days'],
] as const;

interface Props {
  token: Token;
  onRotated: (shown: Shown) => void;
  onDeleted: () => void;
}

export function One({ token, onRotated, onDeleted }: Props) {
  const { handle } = place.value;
  const { tokenId, name, scopes, expiresAt, createdAt, createdBy, lastUsedAt, previousValidUntil } = token;
  const [asking, setAsking] = useState<'' | 'rotate' | 'delete'>(''),
    [overlap, setOverlap] = useState('86400'),
    [fault, setFault] = useState<Fault | null>(null);
  const params = { path: { handle, tokenId } };
  const isExpired = expiresAt !== null && Date.parse(expiresAt) <= Date.now();
  const rotate = async () => {
    const body = { overlapSeconds: Number(overlap) };
    const answer = await ask(api.POST('/v2/handles/{handle}/tokens/{tokenId}/rotate', { params, body }));
    setAsking('');
    setFault(answer.ok ? null : answer.fault);
    if (!answer.ok) return;
    confirmed('Token rotated');
    onRotated(answer.data);
  };
  const remove = async () => {
    const answer = await ask(api.DELETE('/v2/handles/{handle}/tokens/{tokenId}', { params }));
    setAsking('');
    setFault(answer.ok ? null : answer.fault);
    if (!answer.ok) return;
    confirmed('Deleted');
    onDeleted();
  };
  return (
    <article class="card subscription" aria-label={name}>
      <header>
        <h3 class="wrap">{name}</h3> {isExpired && <State name="failed">expired</State>}
      </header>
      <p class="mono small wrap">{tokenId}</p>
      <p class="small">
        {scopes.map(scope => (
          <code key={scope} class="chip">
            {scope}
          </code>
        ))}{' '}
        <span class="quiet">
          created <Instant at={createdAt} /> by {createdBy};{' '}
          {lastUsedAt ? (
            <>
              last used <Instant at={lastUsedAt} />
            </>
          ) : (
            'never used'
          )}
          {expiresAt && (
            <>
              ; {isExpired ? 'expired' : 'expires'} <Instant at={expiresAt} />
            </>
          )}
          {previousValidUntil && (
            <>
              ; the previous token also works until <Instant at={previousValidUntil} />
            </>
          )}
        </span>
      </p>
      <div class="actions">
        <Button
          kind="quiet"
          closed={isExpired ? 'It has expired; create a new one.' : ''}
          onPress={() => setAsking('rotate')}
        >
          Rotate
        </Button>
        <Button kind="quiet" onPress={() => setAsking('delete')}>
          Delete
        </Button>
      </div>
      {fault && <FaultNote fault={fault} />}
      {asking === 'rotate' && (
        <Dialog title={`Rotate ${name}?`} onClose={() => setAsking('')}>
          <p>The new token works immediately, and is shown once.</p>
          <SelectField label="The old one also works" value={overlap} choices={kOverlaps} onChange={setOverlap} />
          <div class="actions">
            <Button kind="primary" onPress={rotate}>
              Rotate
            </Button>
          </div>
        </Dialog>
      )}
      {asking === 'delete' && (
        <Dialog title={`Delete ${name}?`} onClose={() => setAsking('')}>
          <p>It is refused from the next request on. This cannot be undone.</p>
          <div class="actions">
            <Button kind="danger" onPress={remove}>
              Delete
            </Button>
          </div>
        </Dialog>
      )}
    </article>
  );
}
