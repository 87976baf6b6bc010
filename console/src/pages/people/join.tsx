import { useState } from 'preact/hooks';
import { api, ask } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import { issueIn, type Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { TextField } from '../../parts/field.tsx';
import { confirmed } from '../../state/announce.ts';
import { kJoin } from '../../sentences/people.ts';
import { isBrowser } from '../../state/people.ts';
import { place } from '../../state/place.ts';
import { Groups } from './groups.tsx';

type Plan = components['schemas']['VisitorJoined'];

interface Props {
  name: string; // the visitor's
  onClose: () => void;
  onDone: (name: string) => void; // of the visitor who has all ids now
}

// Joins another id to the visitor; a browser is joined to the visitor whose id is given. The plan comes first.
export function Join({ name, onClose, onDone }: Props) {
  const { handle } = place.value;
  const [typed, setTyped] = useState(''),
    [plan, setPlan] = useState<Plan | null>(null),
    [fault, setFault] = useState<Fault | null>(null),
    [busy, setBusy] = useState(false);
  const other = typed.trim().normalize(),
    ofBrowser = isBrowser(name);
  const [visitorId, id] = ofBrowser ? [other, name] : [name, other];
  const send = async (dryRun: boolean) => {
    setBusy(true);
    const answer = await ask(
      api.POST('/v2/handles/{handle}/visitors/{visitorId}/aliases', {
        params: { path: { handle, visitorId } },
        body: { id, dryRun },
      }),
    );
    setBusy(false);
    setFault(answer.ok ? null : answer.fault);
    if (!answer.ok) return setPlan(null);
    if (dryRun) return setPlan(answer.data);
    confirmed(kJoin.joined);
    onDone(answer.data.visitorId);
  };
  const field = ofBrowser ? 'visitorId' : 'id';
  const isNew = !!plan?.joined.ids.length;
  return (
    <Dialog title={kJoin.title} onClose={onClose}>
      <p>
        {ofBrowser ? kJoin.ofBrowser : kJoin.ofVisitor} {kJoin.undo}
      </p>
      <form class="stack">
        <TextField
          label={ofBrowser ? kJoin.idOfVisitor : kJoin.idToJoin}
          mono
          value={typed}
          placeholder={ofBrowser ? kJoin.idOfVisitorExample : kJoin.idToJoinExample}
          onInput={value => {
            setTyped(value);
            setPlan(null);
            setFault(null);
          }}
          issue={issueIn(fault, field)}
        />
        <div class="row">
          <Button submits busy={busy} closed={other ? '' : kJoin.enterId} onPress={() => send(true)}>
            {kJoin.plan}
          </Button>
        </div>
      </form>
      {plan && !isNew && (
        <p class="note" role="status">
          {kJoin.nothing}
        </p>
      )}
      {plan && isNew && (
        <>
          <Groups
            groups={[
              [kJoin.theVisitor, plan.visitor],
              [kJoin.joinsThem, plan.joined],
            ]}
          />
          <p>{kJoin.after(kJoin.sessions(plan.visitor.sessions + plan.joined.sessions))}</p>
          <div class="row">
            <Button kind="primary" busy={busy} onPress={() => send(false)}>
              {kJoin.join}
            </Button>
          </div>
        </>
      )}
      {fault && <FaultNote fault={fault} beside={[field]} />}
    </Dialog>
  );
}
