import { useState } from 'preact/hooks';
import { api, ask, quietly } from '../api/client.ts';
import type { Fault } from '../api/fault.ts';
import { Button } from '../parts/button.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { TextField } from '../parts/field.tsx';
import { closedBelowAdmin } from '../parts/gate.ts';
import { Instant } from '../parts/instant.tsx';
import { PageHead } from '../parts/page_head.tsx';
import { Panel } from '../parts/panel.tsx';
import { Table } from '../parts/table.tsx';
import { kAllowlist } from '../sentences/allowlist.ts';
import { kParts } from '../sentences/parts.ts';
import { confirmed } from '../state/announce.ts';
import { linesOf } from '../state/lines.ts';
import { useList } from '../state/list.ts';
import { usePoll } from '../state/poll.ts';
import { useSending } from '../state/sending.ts';
import { useUnsaved } from '../state/unsaved.ts';

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
  const edited = JSON.stringify([linesOf(handles), linesOf(egress)]);
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
      api.PUT('/v2/platform-admin/allowlist', { body: { handles: linesOf(handles), egress: linesOf(egress) } }),
    );
    setBusy(false);
    setFault(answer.ok ? null : answer.fault);
    if (!answer.ok) return;
    setSaved(edited);
    confirmed(kAllowlist.saved);
  };
  const closed = closedBelowAdmin() || (loaded ? '' : kAllowlist.notLoaded);
  return (
    <>
      <PageHead title={kAllowlist.title} says={kAllowlist.says} />
      <form class="panel pad stack s">
        {!loaded && !fault && <p class="loading">{kParts.loading}</p>}
        {/* What is typed before the list has arrived would be replaced by it. */}
        {loaded && (
          <>
            <TextField
              label={kAllowlist.handles}
              mono
              lines={4}
              value={handles}
              onInput={setHandles}
              hint={kAllowlist.handlesHint}
              issue={issuesOf(fault, 'handles')}
            />
            <TextField
              label={kAllowlist.hosts}
              mono
              lines={5}
              value={egress}
              onInput={setEgress}
              hint={kAllowlist.hostsHint}
              issue={issuesOf(fault, 'egress')}
            />
          </>
        )}
        <div class="row">
          <Button kind="primary" submits busy={busy} closed={closed} onPress={save}>
            {kAllowlist.save}
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
    send(api.POST('/v2/platform-admin/handles', { body: { handle, ownerEmail } }), kAllowlist.created, () => {
      setHandle('');
      setOwner('');
      again();
    });
  return (
    <Panel title={kAllowlist.handles} more={more}>
      {listFault && <FaultNote fault={listFault} />}
      {!!items?.length && (
        <Table
          label={kAllowlist.handles}
          heads={kAllowlist.heads}
          rows={items.map(one => ({
            key: one.handle,
            cells: [
              <strong key="handle" class="wrap">
                {one.handle}
              </strong>,
              <span key="owner" class="wrap">
                {one.ownerEmail}
              </span>,
              <Instant key="at" at={one.createdAt} />,
            ],
          }))}
        />
      )}
      <form class="form pad">
        <TextField
          label={kAllowlist.newHandle}
          mono
          value={handle}
          onInput={setHandle}
          issue={issuesOf(fault, 'handle')}
          placeholder={kAllowlist.example}
        />
        <TextField
          label={kAllowlist.owner}
          type="email"
          value={ownerEmail}
          onInput={setOwner}
          issue={issuesOf(fault, 'ownerEmail')}
        />
        <div class="row">
          <Button submits busy={busy} closed={handle && ownerEmail ? '' : kAllowlist.fillIn} onPress={add}>
            {kAllowlist.create}
          </Button>
        </div>
      </form>
      {fault && <FaultNote fault={fault} beside={['handle', 'ownerEmail']} />}
    </Panel>
  );
}
