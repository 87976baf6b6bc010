import { useState } from 'preact/hooks';
import { api, ask, quietly } from '../api/client.ts';
import type { Fault } from '../api/fault.ts';
import { Button } from '../parts/button.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { TextField } from '../parts/field.tsx';
import { closedBelowAdmin } from '../parts/gate.ts';
import { Instant } from '../parts/instant.tsx';
import { confirmed } from '../parts/toast.tsx';
import { useList } from '../state/list.ts';
import { usePoll } from '../state/poll.ts';
import { useSending } from '../state/sending.ts';
import { useUnsaved } from '../state/unsaved.ts';

const lines = (text: string) =>
  text
    .split('\n')
    .map(line => line.trim())
    .filter(Boolean);
const issuesOf = (fault: Fault | null, field: string) =>
  fault?.details
    .filter(one => one.field.startsWith(field))
    .map(one => `${one.field.slice(field.length)} ${one.issue}`)
    .join('; ') || undefined;

export function AllowlistPage() {
  const [handles, setHandles] = useState(''),
    [egress, setEgress] = useState(''),
    [loaded, setLoaded] = useState(false);
  const [fault, setFault] = useState<Fault | null>(null),
    [busy, setBusy] = useState(false);
  const [saved, setSaved] = useState('');
  const edited = JSON.stringify([lines(handles), lines(egress)]);
  useUnsaved(loaded && edited !== saved);
  usePoll(
    0,
    async isCurrent => {
      const answer = await ask(quietly.GET('/v2/platform-admin/allowlist'));
      if (!isCurrent()) return;
      setFault(answer.ok ? null : answer.fault);
      if (answer.ok) {
        setHandles(answer.data.handles.join('\n'));
        setEgress(answer.data.egress.join('\n'));
        setSaved(JSON.stringify([answer.data.handles, answer.data.egress]));
        setLoaded(true);
      }
    },
    [],
  );
  const save = async () => {
    setBusy(true);
    const answer = await ask(
      api.PUT('/v2/platform-admin/allowlist', { body: { handles: lines(handles), egress: lines(egress) } }),
    );
    setBusy(false);
    setFault(answer.ok ? null : answer.fault);
    if (!answer.ok) return;
    setSaved(edited);
    confirmed('Allowlist saved');
  };
  const closed = closedBelowAdmin() || (loaded ? '' : 'The allowlist has not been loaded.');
  return (
    <>
      <h1>Allowlist</h1>
      <p class="lead">
        Which handles may use this module, and which hosts webhooks may reach besides the public internet. Every change
        is audited.
      </p>
      <form class="card">
        {!loaded && !fault && (
          <p class="loading" aria-live="polite">
            Loading…
          </p>
        )}
        {/* What is typed before the list has arrived would be replaced by it. */}
        {loaded && (
          <>
            <TextField
              label="Handles"
              mono
              lines={4}
              value={handles}
              onInput={setHandles}
              hint="One per line; * allows all."
              issue={issuesOf(fault, 'handles')}
            />
            <TextField
              label="Allowed outbound hosts"
              mono
              lines={5}
              value={egress}
              onInput={setEgress}
              hint="Hosts, host:port, or ranges such as 10.20.0.0/16, one per line. Link-local and metadata addresses are never allowed."
              issue={issuesOf(fault, 'egress')}
            />
          </>
        )}
        <div class="actions">
          <Button kind="primary" submits busy={busy} closed={closed} onPress={save}>
            Save
          </Button>
        </div>
        {fault && <FaultNote fault={fault} beside={fault.details.map(one => one.field)} />}
      </form>
      <Handles />
    </>
  );
}

function Handles() {
  const {
    items,
    more,
    fault: listFault,
    again,
  } = useList(
    cursor => ask(quietly.GET('/v2/platform-admin/handles', { params: { query: { cursor, limit: 50 } } })),
    [],
  );
  const [handle, setHandle] = useState(''),
    [ownerEmail, setOwner] = useState('');
  const { fault, busy, send } = useSending();
  const add = () =>
    send(api.POST('/v2/platform-admin/handles', { body: { handle, ownerEmail } }), 'Created', () => {
      setHandle('');
      setOwner('');
      again();
    });
  return (
    <section class="card" aria-labelledby="handles">
      <h2 id="handles">Handles</h2>
      {listFault && <FaultNote fault={listFault} />}
      {!!items?.length && (
        <table>
          <thead>
            <tr>
              <th>Handle</th>
              <th>Owner</th>
              <th>Created</th>
            </tr>
          </thead>
          <tbody>
            {items.map(one => (
              <tr key={one.handle}>
                <td>
                  <strong>{one.handle}</strong>
                </td>
                <td class="wrap">{one.ownerEmail}</td>
                <td>
                  <Instant at={one.createdAt} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {more && (
        <div>
          <Button onPress={more}>Show more</Button>
        </div>
      )}
      <form class="columns">
        <TextField
          label="New handle"
          mono
          value={handle}
          onInput={setHandle}
          issue={issuesOf(fault, 'handle')}
          placeholder="acme"
        />
        <TextField
          label="Owner’s e-mail"
          type="email"
          value={ownerEmail}
          onInput={setOwner}
          issue={issuesOf(fault, 'ownerEmail')}
        />
        <div class="actions">
          <Button submits busy={busy} closed={handle && ownerEmail ? '' : 'Fill in both fields.'} onPress={add}>
            Create
          </Button>
        </div>
      </form>
      {fault && <FaultNote fault={fault} beside={['handle', 'ownerEmail']} />}
    </section>
  );
}
