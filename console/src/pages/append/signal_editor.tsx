import { useEffect, useState } from 'preact/hooks';
import { CodeEditor } from '../../parts/code_editor.tsx';
import { Json } from '../../parts/json.tsx';
import { change, draft } from './draft.ts';
import type { NewSignal } from './storylines.ts';

const kMembers = ['type', 'signalValue', 'confidence', 'source', 'metadata', 'at', 'id', 'amount'];

// The signals as JSON: to read, or to write.
export function SignalEditor({ open, broken, onBroken }: { open: boolean; broken: string; onBroken: (why: string) => void }) {
  const { signals } = draft.value;
  const [text, setText] = useState('');
  useEffect(() => { if (open && !broken && text !== JSON.stringify(signals, null, 2)) setText(JSON.stringify(signals, null, 2)); }, [open, signals]);
  const write = (written: string) => {
    setText(written);
    try {
      const read: unknown = JSON.parse(written);
      const list = Array.isArray(read) ? read : [read];
      if (!list.length) return onBroken('Write at least one signal.');
      onBroken('');
      change({ signals: list as NewSignal[] });
    } catch (error) {
      onBroken(`This is not JSON yet: ${(error as Error).message}`);
    }
  };
  if (!open) return <Json text={JSON.stringify(signals.length === 1 ? signals[0] : signals)} label="The signal that will be sent" />;
  return (
    <div class="field">
      <CodeEditor label="Signals, as JSON" value={text} onInput={write} words={kMembers} invalid={!!broken} />
      {broken && <p class="issue">{broken}</p>}
      <p class="hint small">One signal, or a list of up to 60. Each wants a type; signalValue, confidence, source, metadata, at and id are optional.</p>
    </div>
  );
}
