import { useState } from 'preact/hooks';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { kRules } from '../../sentences/rules.ts';
import type { Change } from './changes.ts';
import type { Json, Path } from './draft.ts';
import { durationWords, isDelayed, lineOf, whenWords } from './measures.ts';
import type { RuleDraft } from './draft.ts';
import { Unreceived } from './unreceived.tsx';

const t = kRules.editor.review;
const kShown = 30; // changes

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
      <p class="wrap">
        <span class="m">{kRules.editor.summaryWhen}</span> {whenWords(rule.when)}
        <br />
        <span class="m">{lineOf(rule)}</span>
      </p>
      {isNew ? (
        <p>{t.isNew}</p>
      ) : others.length === 0 ? (
        <p>{t.noChanges}</p>
      ) : (
        <section aria-label={t.changes}>
          <h3>{t.changes}</h3>
          <ul class="changes">
            {others.slice(0, kShown).map(({ path, was, is }) => (
              <li key={JSON.stringify(path)} class="wrap">
                <span class="m">{nameOf(path)}:</span> <del>{told(was)}</del> {t.to} <ins>{told(is)}</ins>
              </li>
            ))}
          </ul>
          {others.length > kShown && <p class="m sm">{t.more(others.length - kShown)}</p>}
        </section>
      )}
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

// "Who › All 1 › count › Signal"
const nameOf = (path: Path) =>
  path.map(step => (typeof step === 'number' ? String(step + 1) : (kRules.editor.members[step] ?? step))).join(' › ');

function told(value: Json | undefined): string {
  if (value === undefined) return t.empty;
  if (typeof value === 'string') return durationWords(value) || t.empty;
  return JSON.stringify(value);
}
