import { useState } from 'preact/hooks';
import { api, ask, quietly } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { Copy } from '../../parts/copy.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Empty } from '../../parts/empty.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { closedBelow } from '../../parts/gate.ts';
import { Instant } from '../../parts/instant.tsx';
import { Table } from '../../parts/table.tsx';
import { kSettings } from '../../sentences/settings.ts';
import { place } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { useSending } from '../../state/sending.ts';

type Key = components['schemas']['IdentityKey'];

const kSays = kSettings.identity;
const kMost = 2; // valid at once

// The keys by which servers prove who a visitor is.
export function IdentityKeys() {
  const { handle } = place.value;
  const [keys, setKeys] = useState<Key[] | null>(null),
    [unread, setUnread] = useState<Fault | null>(null),
    [round, setRound] = useState(0),
    [secret, setSecret] = useState(''),
    [doomed, setDoomed] = useState('');
  const { fault, busy, send } = useSending();
  usePoll(
    0,
    async isCurrent => {
      const answer = await ask(quietly.GET('/v2/handles/{handle}/identity-keys', { params: { path: { handle } } }));
      if (!isCurrent()) return;
      setUnread(answer.ok ? null : answer.fault);
      if (answer.ok) setKeys(answer.data.items);
    },
    [handle, round],
  );
  const create = () =>
    send(api.POST('/v2/handles/{handle}/identity-keys', { params: { path: { handle } }, body: {} }), '', made => {
      setSecret(made.secret);
      setRound(round + 1);
    });
  const remove = () =>
    send(
      api.DELETE('/v2/handles/{handle}/identity-keys/{keyId}', { params: { path: { handle, keyId: doomed } } }),
      kSays.deleted,
      () => {
        setDoomed('');
        setRound(round + 1);
      },
    );
  const closed = closedBelow('OWNER') || ((keys?.length ?? 0) >= kMost ? kSays.two : '');
  return (
    <section class="panel" aria-labelledby="keys">
      <div class="phead">
        <h2 id="keys">{kSays.keys}</h2>
        <span class="m sm">{kSays.keysSays}</span>
      </div>
      {secret && (
        <div class="pad stack s" role="status">
          <h3>{kSays.secret}</h3>
          <p>{kSays.secretSays}</p>
          <p class="secret">
            <code class="wrap">{secret}</code> <Copy text={secret} what={kSays.secretWhat} />
          </p>
        </div>
      )}
      {unread && <FaultNote fault={unread} />}
      {keys?.length === 0 && <Empty says={kSays.noKeysSays} />}
      {!!keys?.length && (
        <Table
          label={kSays.keys}
          heads={[kSays.keyId, kSays.created, kSays.lastUsed]}
          rows={keys.map(({ keyId, createdAt, lastUsedAt }) => ({
            key: keyId,
            cells: [
              <code key="id" class="wrap">
                {keyId}
              </code>,
              <Instant key="created" at={createdAt} />,
              lastUsedAt ? <Instant key="used" at={lastUsedAt} /> : kSays.never,
            ],
            actions: (
              <Button kind="delete" label={kSays.deleteKey(keyId)} onPress={() => setDoomed(keyId)}>
                {kSays.delete}
              </Button>
            ),
          }))}
        />
      )}
      <div class="pad stack s">
        <div>
          <Button icon="plus" busy={busy} closed={closed} onPress={create}>
            {kSays.newKey}
          </Button>
        </div>
        {fault && !doomed && <FaultNote fault={fault} />}
      </div>
      {doomed && (
        <Dialog title={kSays.deleteTitle} onClose={() => setDoomed('')}>
          <p class="mono wrap">{doomed}</p>
          <p>{kSays.deleteSays}</p>
          {fault && <FaultNote fault={fault} />}
          <div class="acts">
            <Button kind="danger" busy={busy} onPress={remove}>
              {kSays.delete}
            </Button>
          </div>
        </Dialog>
      )}
    </section>
  );
}
