import { useEffect, useState } from 'preact/hooks';
import { CodeEditor } from '../../parts/code_editor.tsx';
import { Json } from '../../parts/json.tsx';
import { kPlaybook } from '../../sentences/playbook.ts';
import { change, draft } from './draft.ts';
import type { NewSignal } from './storylines.ts';

const kMembers = ['type', 'signalKey', 'signalValue', 'confidence', 'source', 'metadata', 'at', 'id', 'amount'];

const kValues = {
  type: [
    'view',
    'cart',
    'checkout',
    'purchase',
    'exit',
    'link.clicked',
    'decision.shown',
    'decision.clicked',
    'decision.dismissed',
    'decision.converted',
  ],
  source: ['email', 'ad', 'search'],
};

// One signal or a list of them; null if the text is not JSON.
function read(text: string): unknown[] | null {
  try {
    return [JSON.parse(text)].flat() as unknown[];
  } catch {
    return null;
  }
}

// The signals as JSON, read-only or editable.
export function SignalEditor({
  open,
  broken,
  onBroken,
}: {
  open: boolean;
  broken: string;
  onBroken: (why: string) => void;
}) {
  const { signals } = draft.value;
  const [text, setText] = useState('');
  // Shows what was chosen elsewhere; text that already means the same is left as typed.
  useEffect(() => {
    if (open && JSON.stringify(read(text)) !== JSON.stringify(signals)) setText(JSON.stringify(signals, null, 2));
  }, [open, signals]);
  const write = (written: string) => {
    setText(written);
    try {
      const list = [JSON.parse(written)].flat() as unknown[];
      if (!list.length) return onBroken(kPlaybook.append.none);
      onBroken('');
      change({ signals: list as NewSignal[] });
    } catch (error) {
      onBroken(kPlaybook.append.notJson((error as Error).message));
    }
  };
  if (!open)
    return (
      <Json text={JSON.stringify(signals.length === 1 ? signals[0] : signals)} label={kPlaybook.append.willBeSent} />
    );
  return (
    <div class="field">
      <CodeEditor
        label={kPlaybook.append.asJson}
        value={text}
        onInput={write}
        words={kMembers}
        values={kValues}
        invalid={!!broken}
      />
      {broken && <p class="err">{broken}</p>}
      <p class="hint">{kPlaybook.append.jsonHint}</p>
    </div>
  );
}
