import { useState } from 'preact/hooks';
import { api } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import { Button } from '../../parts/button.tsx';
import { Chip } from '../../parts/chip.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { Cut } from '../../parts/cut.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { SelectField } from '../../parts/field.tsx';
import { Instant } from '../../parts/instant.tsx';
import { Table, type Row } from '../../parts/table.tsx';
import { kTokens } from '../../sentences/tokens.ts';
import { place } from '../../state/place.ts';
import { useSending } from '../../state/sending.ts';

type Token = components['schemas']['Token'];
export type Shown = components['schemas']['TokenShown'];

interface Props {
  tokens: Token[];
  onRotated: (shown: Shown) => void;
  onDeleted: () => void;
}

const isOver = ({ expiresAt }: Token) => expiresAt !== null && Date.parse(expiresAt) <= Date.now();

export function TokenTable({ tokens, onRotated, onDeleted }: Props) {
  const [asking, setAsking] = useState<{ what: 'rotate' | 'delete'; token: Token } | null>(null);
  const stop = () => setAsking(null);
  const row = (token: Token): Row => {
    const { tokenId, name, scopes, expiresAt, createdAt, createdBy, lastUsedAt, previousValidUntil } = token;
    return {
      key: tokenId,
      cells: [
        <div key="name">
          <div class="b wrap" dir="auto">
            {name}
          </div>
          <Cut text={tokenId} what={kTokens.id} />
        </div>,
        <span key="scopes" class="row">
          {scopes.map(scope => (
            <code key={scope} class="chip tag">
              {scope}
            </code>
          ))}
        </span>,
        <span key="created" class="wrap">
          <Instant at={createdAt} /> <span class="m">{kTokens.by(createdBy)}</span>
        </span>,
        lastUsedAt ? <Instant key="used" at={lastUsedAt} /> : kTokens.neverUsed,
        <span key="ends">
          {isOver(token) ? (
            <Chip tone="bad">{kTokens.expired}</Chip>
          ) : expiresAt ? (
            <Instant at={expiresAt} />
          ) : (
            kTokens.never
          )}
          {previousValidUntil && (
            <span class="m xs">
              {' '}
              {kTokens.alsoUntil} <Instant at={previousValidUntil} />
            </span>
          )}
        </span>,
      ],
      actions: (
        <>
          <Button
            kind="quiet"
            closed={isOver(token) ? kTokens.hasExpired : ''}
            onPress={() => setAsking({ what: 'rotate', token })}
          >
            {kTokens.rotate}
          </Button>
          <Button kind="delete" onPress={() => setAsking({ what: 'delete', token })}>
            {kTokens.remove}
          </Button>
        </>
      ),
    };
  };
  return (
    <>
      <Table label={kTokens.list} heads={kTokens.heads} rows={tokens.map(row)} />
      {asking?.what === 'rotate' && (
        <Rotate
          token={asking.token}
          onClose={stop}
          onRotated={shown => {
            stop();
            onRotated(shown);
          }}
        />
      )}
      {asking?.what === 'delete' && (
        <Delete
          token={asking.token}
          onClose={stop}
          onDeleted={() => {
            stop();
            onDeleted();
          }}
        />
      )}
    </>
  );
}

interface RotateProps {
  token: Token;
  onClose: () => void;
  onRotated: (shown: Shown) => void;
}

function Rotate({ token: { tokenId, name }, onClose, onRotated }: RotateProps) {
  const { handle } = place.value;
  const [overlap, setOverlap] = useState('86400');
  const { fault, busy, send } = useSending();
  const rotate = () => {
    const body = { overlapSeconds: Number(overlap) };
    const params = { path: { handle, tokenId } };
    return send(api.POST('/v2/handles/{handle}/tokens/{tokenId}/rotate', { params, body }), kTokens.rotated, onRotated);
  };
  return (
    <Dialog title={kTokens.rotateOf(name)} onClose={onClose}>
      <p class="m">{kTokens.rotateSays}</p>
      <SelectField label={kTokens.overlap} value={overlap} choices={kTokens.overlaps} onChange={setOverlap} />
      {fault && <FaultNote fault={fault} />}
      <div class="row">
        <Button kind="primary" busy={busy} onPress={rotate}>
          {kTokens.rotate}
        </Button>
      </div>
    </Dialog>
  );
}

interface DeleteProps {
  token: Token;
  onClose: () => void;
  onDeleted: () => void;
}

function Delete({ token: { tokenId, name }, onClose, onDeleted }: DeleteProps) {
  const { handle } = place.value;
  const { fault, busy, send } = useSending();
  const remove = () => {
    const params = { path: { handle, tokenId } };
    return send(api.DELETE('/v2/handles/{handle}/tokens/{tokenId}', { params }), kTokens.removed, onDeleted);
  };
  return (
    <Confirm
      title={kTokens.removeOf(name)}
      says={kTokens.removeSays}
      action={kTokens.remove}
      busy={busy}
      fault={fault}
      onConfirm={remove}
      onClose={onClose}
    />
  );
}
