import { useState } from 'preact/hooks';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { kRules } from '../../sentences/rules.ts';

const t = kRules.editor.save;

interface Props {
  name: string;
  isLive: boolean; // the stored rule acts
  isNew: boolean; // nothing is stored that changes could be counted against
  changes: number; // -1: some that cannot be counted
  toCorrect: number;
  busy: boolean;
  closed: string; // why it can be saved in no way
  unfinished: string; // why it cannot be published
  onDiscard: () => void;
  onDraft: () => void;
  onReview: () => void;
}

export function SaveBar(props: Props) {
  const { name, isLive, isNew, changes, toCorrect, busy, closed, unfinished, onDiscard, onDraft, onReview } = props;
  const why = closed || unfinished; // seen once, and said of each button that it closes
  const [asking, setAsking] = useState(false);
  return (
    <div class="save row" role="group" aria-label={t.bar}>
      <span class="sm">
        <b>{!changes ? t.noChanges : isNew ? t.isNew : changes < 0 ? kRules.editor.unsaved : t.changes(changes)}</b>
        {toCorrect > 0 && <span class="m">{` · ${t.toCorrect(toCorrect)}`}</span>}
        {why && <span class="m wrap">{` · ${why}`}</span>}
      </span>
      <span class="push" />
      {changes !== 0 && (
        <Button kind="quiet" onPress={onDiscard}>
          {t.discard}
        </Button>
      )}
      <Button busy={busy} closed={closed} onPress={() => (isLive ? setAsking(true) : onDraft())}>
        {t.draft}
      </Button>
      <Button kind="primary" keyHint="ctrl+Enter" closed={why} busy={busy} onPress={onReview}>
        {t.review}
      </Button>
      {asking && (
        <Dialog title={t.offTitle(name)} onClose={() => setAsking(false)}>
          <p>{t.offSays}</p>
          <div class="row">
            <Button
              kind="primary"
              onPress={() => {
                setAsking(false);
                onDraft();
              }}
            >
              {t.offButton}
            </Button>
          </div>
        </Dialog>
      )}
    </div>
  );
}
