import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Fault } from '../api/fault.ts';
import { kParts } from '../sentences/parts.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { FaultNote } from './fault_note.tsx';
import { TextField } from './field.tsx';

interface Props {
  title: string;
  says: ComponentChildren; // what is lost, with counts
  action: string; // of the button
  typed?: string; // has to be typed first, where it cannot be undone
  busy?: boolean;
  fault?: Fault | null;
  onConfirm: () => void;
  onClose: () => void;
}

// Asks before something is destroyed.
export function Confirm({ title, says, action, typed, busy, fault, onConfirm, onClose }: Props) {
  const [text, setText] = useState('');
  return (
    <Dialog title={title} onClose={onClose}>
      <p class="m">{says}</p>
      {typed && <TextField label={kParts.typeToConfirm(typed)} value={text} onInput={setText} />}
      {fault && <FaultNote fault={fault} />}
      <div class="row">
        <span class="push" />
        <Button onPress={onClose}>{kParts.cancel}</Button>
        <Button
          kind="danger"
          busy={busy}
          closed={typed && text.trim() !== typed ? kParts.typeFirst(typed) : ''}
          onPress={onConfirm}
        >
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
