import { Fragment } from 'preact';
import { useState } from 'preact/hooks';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { isDelayed } from '../../state/delayed.ts';
import { kRules } from '../../sentences/rules.ts';
import { ChangeList } from './change_list.tsx';
import type { Change } from './changes.ts';
import type { RuleDraft } from './draft.ts';
import { summaryOf } from './summary.ts';
import { Unreceived } from './unreceived.tsx';

const t = kRules.editor.review;

type Status = 'live' | 'shadow';

interface Props {
  name: string;
  rule: RuleDraft;
  isNew: boolean;
  changes: Change[];
  busy: boolean;
  onClose: () => void;
  onPublish: (status: Status) => void;
}

// What changes, before it does.
export function Review({ name, rule, isNew, changes, busy, onClose, onPublish }: Props) {
  const [status, setStatus] = useState<Status>(rule.status === 'shadow' ? 'shadow' : 'live');
  const others = changes.filter(({ path }) => path[0] !== 'status');
  return (
    <Dialog title={t.title(name)} onClose={onClose}>
      <dl class="kv">
        {summaryOf(rule).map(([name, says]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd class="wrap">{says}</dd>
          </Fragment>
        ))}
      </dl>
      {isNew ? <p>{t.isNew}</p> : others.length === 0 ? <p>{t.noChanges}</p> : <ChangeList changes={others} />}
      <fieldset class="stack s">
        <legend>{t.status}</legend>
        {(['live', 'shadow'] as const).map(one => (
          <label key={one} class="check">
            <input type="radio" name="status" checked={one === status} onChange={() => setStatus(one)} />
            {one === 'live' && isDelayed(rule) ? t.liveDelayed : t[one]}
          </label>
        ))}
      </fieldset>
      {status === 'live' && isDelayed(rule) && <Unreceived />}
      <div class="row">
        <Button kind="primary" busy={busy} onPress={() => onPublish(status)}>
          {t.publish}
        </Button>
      </div>
    </Dialog>
  );
}
