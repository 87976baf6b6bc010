import { kRules } from '../../sentences/rules.ts';
import type { Change } from './changes.ts';
import type { Json } from './draft.ts';
import { durationWords } from './measures.ts';
import { nameOf } from './member_words.ts';

const t = kRules.editor.review;
const kShown = 30; // changes

// What was there and what is there now, value by value.
export function ChangeList({ changes, title = t.changes }: { changes: Change[]; title?: string }) {
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <ul class="changes">
        {changes.slice(0, kShown).map(({ path, was, is }) => (
          <li key={JSON.stringify(path)} class="wrap">
            <span class="m">{nameOf(path)}:</span> <del>{told(was)}</del> {t.to} <ins>{told(is)}</ins>
          </li>
        ))}
      </ul>
      {changes.length > kShown && <p class="m sm">{t.more(changes.length - kShown)}</p>}
    </section>
  );
}

function told(value: Json | undefined): string {
  if (value === undefined) return t.empty;
  if (typeof value === 'string') return durationWords(value) || t.empty;
  return JSON.stringify(value);
}
