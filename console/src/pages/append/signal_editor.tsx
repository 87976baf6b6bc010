import { useEffect, useState } from 'preact/hooks';
import { TextField } from '../../parts/field.tsx';
import { Json } from '../../parts/json.tsx';
import { change, draft } from './draft.ts';
import type { NewSignal } from './storylines.ts';

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
  return <TextField label="Signals, as JSON" mono lines={10} value={text} onInput={write} issue={broken} hint="One signal, or a list of up to 60. Each wants a type; signalValue, confidence, source, metadata, at and id are optional." />;
}
