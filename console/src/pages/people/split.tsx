import './people.css';
import { useState } from 'preact/hooks';
import { api, ask } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { confirmed } from '../../state/announce.ts';
import { kSplit } from '../../sentences/people.ts';
import { nameOf, type Visitor } from '../../state/people.ts';
import { place } from '../../state/place.ts';
import { Groups } from './groups.tsx';

type Plan = components['schemas']['VisitorSplitDone'];

interface Props {
  visitor: Visitor;
  onClose: () => void;
  onDone: (name: string) => void; // of the visitor who has the other ids now
}

// Takes ids from the visitor, who keeps at least one. The plan comes first.
export function Split({ visitor, onClose, onDone }: Props) {
  const { handle } = place.value;
  const [ids, setIds] = useState<string[]>([]),
    [plan, setPlan] = useState<Plan | null>(null),
    [fault, setFault] = useState<Fault | null>(null),
    [busy, setBusy] = useState(false);
  const send = async (dryRun: boolean) => {
    setBusy(true);
    const answer = await ask(
      api.POST('/v2/handles/{handle}/visitors/{visitorId}/split', {
        params: { path: { handle, visitorId: nameOf(visitor) } },
        body: { ids, dryRun },
      }),
    );
    setBusy(false);
    setFault(answer.ok ? null : answer.fault);
    if (!answer.ok) return setPlan(null);
    if (dryRun) return setPlan(answer.data);
    confirmed(kSplit.done);
    onDone(answer.data.visitor.ids[0]!);
  };
  const closed = !ids.length ? kSplit.choose : ids.length === visitor.ids.length ? kSplit.keepsOne : '';
  return (
    <Dialog title={kSplit.title} onClose={onClose}>
      <p>{kSplit.says}</p>
      <fieldset>
        <legend>{kSplit.leaving}</legend>
        <div class="id-choices">
          {visitor.ids.map(({ id }) => (
            <label key={id} class="check">
              <input
                type="checkbox"
                checked={ids.includes(id)}
                onChange={event => {
                  setIds(event.currentTarget.checked ? [...ids, id] : ids.filter(one => one !== id));
                  setPlan(null);
                  setFault(null);
                }}
              />
              <span class="mono sm wrap">{id}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <div class="row">
        <Button busy={busy} closed={closed} onPress={() => send(true)}>
          {kSplit.plan}
        </Button>
      </div>
      {plan && (
        <>
          <Groups
            groups={[
              [kSplit.stay, plan.visitor],
              [kSplit.leave, plan.split],
            ]}
          />
          <div class="row">
            <Button kind="primary" busy={busy} onPress={() => send(false)}>
              {kSplit.split}
            </Button>
          </div>
        </>
      )}
      {fault && <FaultNote fault={fault} />}
    </Dialog>
  );
}
