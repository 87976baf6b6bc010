export const kBackups = {
  title: 'Backups',
  says: 'What could be restored if this machine were lost now.',
  folder: 'Backup folder',
  states: {
    off: ['off', 'The server ships its commits to no folder. Start it with --backup-folder.'],
    starting: ['starting', 'The first base is being written. Nothing can be restored yet.'],
    complete: ['complete', 'Every commit is in the folder within its interval.'],
    behind: ['behind', 'The newest commits are not in the folder yet.'],
    failing: ['failing', 'The folder fails or does not answer. The server’s log says why.'],
  } as const,
  path: 'Folder',
  upTo: 'Everything can be restored up to',
  lastCommit: 'Newest commit in it',
  base: 'Newest base',
  failures: 'Failed writes since the start',
  none: '–',
  drill: 'A backup is known to restore once it has been restored: run `beckon drill` on it, for instance every night.',
};
