import { useState } from 'preact/hooks';
import { ask, quietly } from '../api/client.ts';
import type { components } from '../api/described.d.ts';
import type { Fault } from '../api/fault.ts';
import { Callout } from '../parts/callout.tsx';
import { Chip, type Tone } from '../parts/chip.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { closedBelowAdmin } from '../parts/gate.ts';
import { Instant } from '../parts/instant.tsx';
import { PageHead } from '../parts/page_head.tsx';
import { Panel } from '../parts/panel.tsx';
import { Ticked } from '../parts/ticked.tsx';
import { kBackups } from '../sentences/backups.ts';
import { usePoll } from '../state/poll.ts';

type Folder = components['schemas']['BackupFolder'];

const kTones: Record<Folder['status'], Tone> = {
  off: 'idle',
  starting: 'info',
  complete: 'good',
  behind: 'warn',
  failing: 'bad',
};

// The state of the folder to which the server ships its commits.
export function BackupsPage() {
  const closed = closedBelowAdmin();
  return (
    <>
      <PageHead title={kBackups.title} says={kBackups.says} />
      {closed ? <Callout tone="warn">{closed}</Callout> : <BackupFolder />}
    </>
  );
}

function BackupFolder() {
  const [folder, setFolder] = useState<Folder | null>(null),
    [fault, setFault] = useState<Fault | null>(null);
  usePoll(
    5_000,
    async isCurrent => {
      const answer = await ask(quietly.GET('/v2/platform-admin/backup-folder'));
      if (!isCurrent()) return;
      setFault(answer.ok ? null : answer.fault);
      if (answer.ok) setFolder(answer.data);
    },
    [],
  );
  return (
    <Panel title={kBackups.folder}>
      {fault && <FaultNote fault={fault} />}
      {folder && <Shown folder={folder} />}
    </Panel>
  );
}

function Shown({ folder }: { folder: Folder }) {
  const [name, says] = kBackups.states[folder.status];
  return (
    <div class="pad stack s">
      <p>
        <Chip tone={kTones[folder.status]}>{name}</Chip> {says}
      </p>
      {folder.folder !== null && (
        <dl class="kv">
          <dt>{kBackups.path}</dt>
          <dd class="wrap">
            <code>{folder.folder}</code>
          </dd>
          <dt>{kBackups.upTo}</dt>
          <dd>
            <Instant at={folder.completeAt} />
          </dd>
          <dt>{kBackups.lastCommit}</dt>
          <dd>
            {folder.lastCommit ? (
              <>
                {folder.lastCommit}, <Instant at={folder.lastCommitAt} />
              </>
            ) : (
              kBackups.none
            )}
          </dd>
          <dt>{kBackups.base}</dt>
          <dd>
            <Instant at={folder.baseAt} />
          </dd>
          <dt>{kBackups.failures}</dt>
          <dd>{folder.failures}</dd>
        </dl>
      )}
      <p class="m sm">
        <Ticked text={kBackups.drill} />
      </p>
    </div>
  );
}
