export const kCluster = {
  title: 'Cluster',
  says: 'The nodes that share this database, and what each of them owns.',
  alone: 'This server is the only one. Several nodes share a PostgreSQL database: docs/scale.md says how.',
  nodes: 'Nodes',
  heads: ['Node', 'Owns', 'Lease', 'Address'],
  self: 'answers here',
  shards: (ranges: string, count: number) => `${count === 1 ? 'shard' : 'shards'} ${ranges}`,
  nothing: 'nothing; hands requests over',
  left: (seconds: string) => `${seconds} s left`,
  over: (seconds: string) => `over for ${seconds} s`,
  unowned: (ranges: string) => `Nobody owns shards ${ranges} at the moment; a node takes them within seconds.`,
  none: '–',
};
