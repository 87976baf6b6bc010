import type { Fault } from '../../api/fault.ts';
import { TextField } from '../../parts/field.tsx';
import { kSettings } from '../../sentences/settings.ts';
import { linesOf } from '../../state/lines.ts';

const kSays = kSettings.origins;

interface Props {
  text: string; // one per line
  onInput: (text: string) => void;
  fault: Fault | null;
}

export function Origins({ text, onInput, fault }: Props) {
  const count = linesOf(text).length;
  const issue = fault?.details
    .map(({ field, issue: said }) => {
      const [, index] = /^origins\[(\d+)\]/.exec(field) ?? [];
      return index === undefined ? said : kSays.line(Number(index) + 1, said);
    })
    .join('; ');
  return (
    <section class="panel" aria-labelledby="origins">
      <div class="phead">
        <h2 id="origins">{kSays.title}</h2>
        <span class="m sm">{kSays.says}</span>
      </div>
      <div class="pad stack s">
        <TextField
          label={kSays.label}
          mono
          lines={8}
          value={text}
          onInput={onInput}
          hint={kSays.hint}
          issue={issue || undefined}
        />
        <p>{count ? kSays.some(count) : kSays.any}</p>
      </div>
    </section>
  );
}
