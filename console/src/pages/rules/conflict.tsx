import { ask, quietly } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { kRules } from '../../sentences/rules.ts';
import { ChangeList } from './change_list.tsx';
import { changedByBoth, changesBetween } from './changes.ts';
import { withoutAnswer, type RuleDraft } from './draft.ts';
import { nameOf } from './member_words.ts';

const t = kRules.editor.conflict;

// What somebody else has stored since the rule was opened; null: they deleted it.
export interface Theirs {
  rule: RuleDraft | null;
  etag: string;
}

export async function askTheirs(handle: string, ruleId: string): Promise<Theirs | Fault> {
  const answer = await ask(
    quietly.GET('/v2/handles/{handle}/chain-rules/{ruleId}', { params: { path: { handle, ruleId } } }),
  );
  if (answer.ok) return { rule: withoutAnswer(answer.data), etag: answer.etag };
  return answer.fault.status === 404 ? { rule: null, etag: '' } : answer.fault;
}

interface Props {
  stored: RuleDraft; // as it was opened
  mine: RuleDraft;
  theirs: RuleDraft | null;
  onKeep: () => void;
  onDiscard: () => void;
}

// Shown after a save that somebody else's change has forestalled.
export function Conflict({ stored, mine, theirs, onKeep, onDiscard }: Props) {
  const both = theirs ? changedByBoth(stored, mine, theirs) : [];
  return (
    <section class="callout warn" aria-label={t.label}>
      <Icon name="alert" />
      <div class="stack s">
        <p class="b" role="alert">
          {theirs ? t.changed : t.deleted}
        </p>
        {theirs && <ChangeList title={t.theirs} changes={changesBetween(stored, theirs)} />}
        {both.length > 0 && <p>{t.both(both.map(name => nameOf([name])).join(', '))}</p>}
        <p class="sm">{theirs ? t.keepSays : t.keepDeleted}</p>
        <div class="row">
          <Button kind="primary" onPress={onKeep}>
            {t.keep}
          </Button>
          <Button onPress={onDiscard}>{t.discard}</Button>
        </div>
      </div>
    </section>
  );
}
