import { useState } from 'preact/hooks';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';

export function Replay({ subscriptionId }: { subscriptionId: string }) {
  const [fault] = useState<Fault | null>(null);
  void subscriptionId;
  return fault ? <FaultNote fault={fault} what="replays" /> : <Button closed="Soon." onPress={() => {}}>Replay</Button>;
}
