import { useState } from 'preact/hooks';
import { ask, quietly } from '../api/client.ts';
import type { components } from '../api/described.d.ts';
import type { Fault } from '../api/fault.ts';
import { State } from '../parts/chip.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { closedBelowAdmin } from '../parts/gate.ts';
import { Instant } from '../parts/instant.tsx';
import { usePoll } from '../state/poll.ts';

type Folder = components['schemas']['BackupFolder'];

const kSays: Record<Folder['status'], { tone: string; name: string; says: string }> = {
  off: { tone: '', name: 'off', says: 'The server ships its commits to no folder. Start it with --backup-folder.' },
  starting: { tone: 'queued', name: 'starting', says: 'The first base is being written. Nothing can be restored yet.' },
  complete: { tone: 'delivered', name: 'complete', says: 'Every commit is in the folder within its interval.' },
  behind: { tone: 'retrying', name: 'behind', says: 'The newest commits are not in the folder yet.' },
  failing: { tone: 'failed', name: 'failing', says: 'The folder fails or does not answer. The server’s log says why.' },
};

// The state of the folder to which the server ships its commits.
export function BackupsPage() {
  const closed = closedBelowAdmin();
  return (
    <>
      <h1>Backups</h1>
      <p class="lead">What could be restored if this machine were lost now.</p>
      {closed ? <p class="note">{closed}</p> : <BackupFolder />}
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
    <section class="card" aria-labelledby="folder">
      <h2 id="folder">Backup folder</h2>
      {fault && <FaultNote fault={fault} />}
      {folder && <Shown folder={folder} />}
    </section>
  );
}

function Shown({ folder }: { folder: Folder }) {
  const { tone, name, says } = kSays[folder.status];
  return (
    <>
      <p>
        <State name={tone}>{name}</State> {says}
      </p>
      {folder.folder !== null && (
        <dl>
          <dt>Folder</dt>
          <dd class="wrap">
            <code>{folder.folder}</code>
          </dd>
          <dt>Everything can be restored up to</dt>
          <dd>
            <Instant at={folder.completeAt} />
          </dd>
          <dt>Newest commit in it</dt>
          <dd>
            {folder.lastCommit ? (
              <>
                {folder.lastCommit}, <Instant at={folder.lastCommitAt} />
              </>
            ) : (
              '–'
            )}
          </dd>
          <dt>Newest base</dt>
          <dd>
            <Instant at={folder.baseAt} />
          </dd>
          <dt>Failed writes since the start</dt>
          <dd>{folder.failures}</dd>
        </dl>
      )}
      <p class="quiet">
        A backup is known to restore once it has been restored: run <code>beckon drill</code> on it, for instance every
        night.
      </p>
    </>
  );
}
