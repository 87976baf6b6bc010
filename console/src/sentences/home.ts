import { counted } from '../state/words.ts';

export const kHome = {
  title: 'Home',
  none: '–',

  // Tiles
  recovered: 'Recovered revenue',
  rate: 'Recovery rate',
  noRate: 'No rule with a goal has acted.',
  time: 'Median time to recover',
  added: 'Incremental revenue',

  // Treated against control
  compared: 'Conversion rate, treated against control group',
  shaded: 'Shaded: the difference, which is what the rules added.',
  noControl: 'No rule with a goal has a control group yet. With one, this shows what the rules add.',
  aControl: 'Set a control group',

  // Top rules
  topRules: 'Top rules',
  allRules: 'All results',
  noneActed: 'No rule has acted in this period.',
  heads: {
    rule: 'Rule',
    acted: 'Acted',
    converted: 'Converted',
    lift: 'Lift',
    revenue: 'Revenue',
    trend: 'Trend',
    endpoint: 'Endpoint',
    status: 'Status',
    delivered: 'Delivered',
    waiting: 'Waiting',
  },
  notSure: (lift: string) => `${lift}, not significant`,
  points: (lift: string) => `${lift} points`,

  // Endpoints
  endpoints: 'Endpoints',
  last24: 'last 24 hours',
  allDeliveries: 'All deliveries',
  noEndpoints: 'No endpoints yet.',
  newEndpoint: 'New endpoint',
  healthy: 'Healthy',
  disabled: 'Disabled',
  failing: 'Failing',
  failingSince: 'Failing since',
  delivered: (delivered: string, share: string) => `${delivered} · ${share}`,
  deliveredTrend: (name: string) => `${name}, delivered per hour`,

  // Needs attention
  attention: 'Needs attention',
  issues: (count: number) => counted(count, 'issue'),
  allGood: 'Nothing needs attention.',
  rulesGood: 'Every live rule can act.',
  unknownTo: 'Endpoints and tokens are not checked here.',
  isUnreceived: (name: string) => `No endpoint receives “${name}”`,
  unreceivedSays:
    'Its messages are chain.message.due events, and no enabled endpoint subscribes to them: they are lost.',
  isFailing: (name: string) => `${name} is failing`,
  failingSays: (waiting: number) =>
    waiting === 1 ? '1 delivery waits.' : `${waiting.toLocaleString('en')} deliveries wait.`,
  nextProbe: 'Next attempt',
  isDisabled: (name: string) => `${name} is disabled`,
  disabledSays: 'Its deliveries are held for 7 days, then they fail.',
  neverActs: (name: string) => `“${name}” never acts`,
  tokenExpires: (name: string) => `Token “${name}” expires`,
  tokenExpired: (name: string) => `Token “${name}” has expired`,
  lastUsed: 'Last used',
  neverUsed: 'Never used.',

  // Right now
  now: 'Right now',
  signals: 'Signals',
  perMinute: (count: string) => `${count} / min`,
  decisions: 'Decisions',
  decisionsSince: (count: string, when: string) => `${count} since ${when}`,
  onAverage: (pace: string) => `${pace} / min on average`,
  oldest: 'Oldest waiting delivery',
  nothingWaits: 'None',
  connecting: 'Connecting',
  live: 'Live',
  notLive: 'Not connected',

  // Recent changes
  changes: 'Recent changes',
  auditLog: 'Audit log',
  noChanges: 'No changes yet.',

  // Empty
  emptyTitle: 'Get started',
  emptySays:
    'Nothing has happened here yet. In four steps a session gets its first decision, and an endpoint its event.',
  start: 'Start with the first step',
  firstRule: 'New rule',
};
