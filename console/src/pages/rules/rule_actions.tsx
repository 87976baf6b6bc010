import { api, ask, quietly, type Answer } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { place } from '../../state/place.ts';
import { kRules } from '../../sentences/rules.ts';
import { withoutAnswer, type RuleDraft } from './draft.ts';

// Gives a stored rule another status, unless somebody changes it at the same time.
export async function setStatus(handle: string, ruleId: string, status: string): Promise<Answer<unknown>> {
  const path = { handle, ruleId };
  const stored = await ask(quietly.GET('/v2/handles/{handle}/chain-rules/{ruleId}', { params: { path } }));
  if (!stored.ok) return stored;
  return ask(
    api.PUT('/v2/handles/{handle}/chain-rules/{ruleId}', {
      params: { path, header: { 'If-Match': stored.etag } },
      body: { ...withoutAnswer(stored.data), status } as never,
    }),
  );
}

interface Props {
  rule: RuleDraft;
  onClose: () => void;
  onDone: () => void;
  onFault: (fault: Fault | null) => void;
}

export function Deleting({ rule, onClose, onDone, onFault }: Props) {
  const ruleId = String(rule.ruleId);
  const remove = async () => {
    const { handle } = place.peek();
    const answer = await ask(
      api.DELETE('/v2/handles/{handle}/chain-rules/{ruleId}', { params: { path: { handle, ruleId } } }),
    );
    onClose();
    onFault(answer.ok ? null : answer.fault);
    if (answer.ok) onDone();
  };
  const t = kRules.deleting;
  return (
    <Dialog title={t.title(ruleId)} onClose={onClose}>
      <p>{t.says}</p>
      <div class="row">
        <Button kind="danger" onPress={remove}>
          {t.button}
        </Button>
      </div>
    </Dialog>
  );
}
