import { useEffect, useState } from 'preact/hooks';
import { CodeEditor } from '../../parts/code_editor.tsx';
import { Json } from '../../parts/json.tsx';
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

// One signal, or a list of them; null where it is no JSON.
function read(text: string): unknown[] | null {
  try {
    return [JSON.parse(text)].flat() as unknown[];
  } catch {
    return null;
  }
}

// The signals as JSON: to read, or to write.
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
  // What was chosen elsewhere is shown; what says the same already stays as it was written.
  useEffect(() => {
    if (open && JSON.stringify(read(text)) !== JSON.stringify(signals)) setText(JSON.stringify(signals, null, 2));
  }, [open, signals]);
  const write = (written: string) => {
    setText(written);
    try {
      const list = [JSON.parse(written)].flat() as unknown[];
      if (!list.length) return onBroken('Write at least one signal.');
      onBroken('');
      change({ signals: list as NewSignal[] });
    } catch (error) {
      onBroken(`This is not JSON yet: ${(error as Error).message}`);
    }
  };
  if (!open)
    return (
      <Json text={JSON.stringify(signals.length === 1 ? signals[0] : signals)} label="The signal that will be sent" />
    );
  return (
    <div class="field">
      <CodeEditor
        label="Signals, as JSON"
        value={text}
        onInput={write}
        words={kMembers}
        values={kValues}
        invalid={!!broken}
      />
      {broken && <p class="issue">{broken}</p>}
      <p class="hint small">
        One signal, or a list of up to 60. Each wants a type; signalValue, confidence, source, metadata, at and id are
        optional.
      </p>
    </div>
  );
}
