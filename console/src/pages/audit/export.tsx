import { useState } from 'preact/hooks';
import { ask, quietly } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { save } from '../../parts/download.ts';
import { FaultNote } from '../../parts/fault_note.tsx';
import { confirmed } from '../../state/announce.ts';
import { kAudit } from '../../sentences/audit.ts';

// The whole log as a file, whatever the filters. `handle`: '' for the chain of the server.
export function Export({ handle }: { handle: string }) {
  const [busy, setBusy] = useState(false),
    [fault, setFault] = useState<Fault | null>(null);
  const run = async () => {
    setBusy(true);
    const parts: string[] = [];
    let why: Fault | null = null;
    for (let after: number | undefined = 0; after !== undefined; ) {
      const query: { after: number } = { after };
      const parseAs = 'text' as const;
      const answer = await ask(
        handle
          ? quietly.GET('/v2/handles/{handle}/audit-events/export', { params: { path: { handle }, query }, parseAs })
          : quietly.GET('/v2/platform-admin/audit-events/export', { params: { query }, parseAs }),
      );
      if (!answer.ok) {
        why = answer.fault;
        break;
      }
      parts.push(answer.data);
      const next = answer.exchange.answerHeaders.find(([name]) => name === 'x-next-after')?.[1];
      after = next ? Number(next) : undefined;
    }
    setBusy(false);
    setFault(why);
    if (why) return;
    save(`audit-${handle || 'server'}.ndjson`, parts, 'application/x-ndjson');
    confirmed(kAudit.saved);
  };
  return (
    <>
      <Button busy={busy} onPress={run}>
        {kAudit.exportAll}
      </Button>
      {fault && <FaultNote fault={fault} />}
    </>
  );
}
