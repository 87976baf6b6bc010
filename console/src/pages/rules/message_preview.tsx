import { kRules } from '../../sentences/rules.ts';
import { isObject, type Json, type RuleDraft } from './draft.ts';
import { Face } from './face.tsx';

const t = kRules.editor.preview;

// The message of the chosen variant as it is being written.
export function MessagePreview({ rule, variant }: { rule: RuleDraft; variant: string }) {
  const action: Json | undefined = isObject(rule.actions) ? rule.actions[variant] : rule.action;
  const { type = '', payload } = isObject(action) ? action : {};
  return (
    <section class="panel" aria-labelledby="preview">
      <div class="phead">
        <h2 id="preview">{t.title}</h2>
      </div>
      <div class="pad stack s">
        <Face type={String(type)} payload={payload} />
        {JSON.stringify(payload ?? '').includes('{{') && <p class="hint">{t.asIs}</p>}
      </div>
    </section>
  );
}
