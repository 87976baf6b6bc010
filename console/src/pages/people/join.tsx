import { useState } from 'preact/hooks';
import { api, ask } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import { issueIn, type Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { TextField } from '../../parts/field.tsx';
import { confirmed } from '../../parts/toast.tsx';
import { isBrowser } from '../../state/people.ts';
import { place } from '../../state/place.ts';
import { counted } from '../../state/words.ts';
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
    confirmed('Joined');
    onDone(answer.data.visitorId);
  };
  const field = ofBrowser ? 'visitorId' : 'id';
  const isNew = !!plan?.joined.ids.length;
  return (
    <Dialog title="Join another id" onClose={onClose}>
      <p>
        {ofBrowser
          ? 'The sessions of this browser become those of the visitor whose id you enter.'
          : 'All ids of the other visitor become ids of this one. An id that was never seen can be joined, too.'}{' '}
        Nothing is sent because of it, and a split undoes it.
      </p>
      <form class="stack">
        <TextField
          label={ofBrowser ? 'Id of the visitor' : 'Id to join'}
          mono
          value={typed}
          placeholder={ofBrowser ? 'jon@company.example' : 'jon@company.example or ~a-7f…'}
          onInput={value => {
            setTyped(value);
            setPlan(null);
            setFault(null);
          }}
          issue={issueIn(fault, field)}
        />
        <div class="actions">
          <Button submits busy={busy} closed={other ? '' : 'Enter an id first.'} onPress={() => send(true)}>
            Show what happens
          </Button>
        </div>
      </form>
      {plan && !isNew && (
        <p class="note" role="status">
          Nothing to join: it is an id of this visitor already.
        </p>
      )}
      {plan && isNew && (
        <>
          <Groups
            groups={[
              ['The visitor', plan.visitor],
              ['Joins them', plan.joined],
            ]}
          />
          <p>
            From then on, frequency limits and conditions over all sessions of the visitor count both:{' '}
            {counted(plan.visitor.sessions + plan.joined.sessions, 'session')}.
          </p>
          <div class="actions">
            <Button kind="primary" busy={busy} onPress={() => send(false)}>
              Join
            </Button>
          </div>
        </>
      )}
      {fault && <FaultNote fault={fault} beside={[field]} />}
    </Dialog>
  );
}
