// Sentences of the pages People, Person and Traits.
import { counted } from '../state/words.ts';

export const kPeople = {
  title: 'People',
  tabs: { label: 'People', people: 'People', traits: 'Traits' },
  search: 'Id of a visitor',
  open: 'Open',
  noId: 'No visitor has this id.',
  loading: 'Loading…',
  label: 'People by id',
  found: (q: string) => `Ids that begin with ${q}`,
  all: 'All visitors, by id',
  seenLast: 'Visitors of the newest sessions',
  noMatch: 'No visitor has an id that begins with',
  count: (shown: number, more: boolean) => `${counted(shown, 'visitor')}${more ? ' so far; scroll to load more' : ''}`,
  heads: { person: 'Person', ids: 'Ids', sessions: 'Sessions', firstSeen: 'First seen', lastSeen: 'Last seen' },
  foundBy: (id: string) => `by ${id}`,
  anonymous: 'browser',
  sessions: (count: number) => counted(count, 'session'),
  csv: ['id', 'visitorId', 'foundBy', 'ids', 'sessions', 'firstSeenAt', 'lastSeenAt'],
  none: 'No visitors yet. A session belongs to one when its signals name a visitorId, or an anonymousId.',
  toSessions: 'Sessions',
  kept: 'Visitors are kept as long as one of their sessions or traits is.',
} as const;

export const kPerson = {
  loading: 'Loading…',
  foundBy: 'Found by',
  unknown: 'No visitor has this id: it was never seen, was erased, or its retention period has ended.',
  export: 'Export',
  exported: 'Exported',
  join: 'Join another id',
  split: 'Split',
  erase: 'Erase',
  tryRule: 'Try a rule',
  closed: (why: string) => `To change, export or erase a visitor: ${why}`,
  seen: { first: 'First seen', last: 'last seen' },
  consent: (state: string) => `Consent: ${state}`,
  tiles: {
    sessions: 'Sessions',
    browsers: (count: number) => (count ? `In ${counted(count, 'browser')}` : 'No browser id'),
    signals: 'Signals',
    inNewest: (count: number) => `In the newest ${counted(count, 'session')}`,
    counter: (sum: string) => `Sum ${sum}`,
    days: (count: number) => `On ${counted(count, 'day')} of the last 64`,
    filling: 'Being filled',
  },
  ids: 'Ids',
  browser: 'Browser',
  visitorId: 'Visitor id',
  since: 'since',
  names: 'the main id',
  sessions: 'Sessions',
  noSessions: 'No sessions within the retention period.',
  newest: (shown: number, all: number) => `The newest ${shown} of ${all}.`,
  sessionHeads: { session: 'Session', signals: 'Signals', browser: 'Browser', last: 'Last signal' },
  consentTitle: 'Consent',
  consentFacts: { state: 'State', ofSession: 'Given in session', keptUntil: 'Kept until' },
  timeline: 'Timeline',
  refresh: 'Refresh',
  nothing: 'Nothing yet.',
  more: 'Show more',
  counters: 'Lifetime counters',
  countersLabel: 'Lifetime counters of the visitor',
  counterHeads: ['Counter', 'Count', 'Sum', 'Days, of the last 64', 'First', 'Last'],
  beingFilled: 'Being filled',
} as const;

export const kKnown = {
  title: 'Traits',
  none: 'No traits yet.',
  label: 'Traits of the visitor',
  heads: ['Trait', 'Value', 'Source', 'Since'],
  hidden: 'Hidden: sensitive',
  show: 'Show',
  showOf: (name: string) => `Show ${name}`,
  change: 'Change',
  changeOf: (name: string) => `Change ${name}`,
} as const;

export const kSayTrait = {
  form: 'Change a trait',
  change: 'Change',
  ops: [
    ['set', 'Set a trait'],
    ['unset', 'Unset a trait'],
  ],
  trait: 'Trait',
  traitExample: 'plan',
  type: 'Type',
  typeHint: 'The first value fixes it for all visitors.',
  value: 'Value',
  bools: [
    ['true', 'true'],
    ['false', 'false'],
  ],
  listHint: 'One text per line.',
  source: 'Source',
  sourceExample: 'server',
  nameFirst: 'Name a trait first.',
  set: 'Set',
  unset: 'Unset',
  applied: 'Applied:',
  stale: 'Stale:',
  staleWhy: 'stays as it is, because what is known of it is newer or comes from a source of a greater rank.',
  refused: 'Refused:',
  valueFirst: 'Enter a value first.',
  numberFirst: 'Enter a number first.',
} as const;

export const kErase = {
  title: 'Erase this visitor?',
  intro: 'These go, whichever id they came with:',
  ids: (count: number) => `Ids: ${count},`,
  sessions: (count: number) => `Sessions: ${count}, with all signals, decisions and scheduled messages`,
  traits: (count: number) => `Traits: ${count}`,
  counters: 'What lifetime counters have counted of them',
  deliveries: 'Pending deliveries are canceled, and the content of all deliveries is erased',
  final: 'All of it becomes unreadable at once and is deleted from disk within a day. This cannot be undone.',
  type: (name: string) => `Type ${name} to confirm`,
  typeFirst: 'Type the id first.',
  erase: 'Erase',
  erased: 'Erased',
} as const;

export const kJoin = {
  title: 'Join another id',
  ofBrowser: 'The sessions of this browser become those of the visitor whose id you enter.',
  ofVisitor: 'All ids of the other visitor become ids of this one. An id that was never seen can be joined, too.',
  undo: 'Nothing is sent because of it, and a split undoes it.',
  idOfVisitor: 'Id of the visitor',
  idOfVisitorExample: 'jon@company.example',
  idToJoin: 'Id to join',
  idToJoinExample: 'jon@company.example or ~a-7f…',
  enterId: 'Enter an id first.',
  plan: 'Show what happens',
  nothing: 'Nothing to join: it is an id of this visitor already.',
  theVisitor: 'The visitor',
  joinsThem: 'Joins them',
  after: (sessions: string) =>
    `From then on, frequency limits and conditions over all sessions of the visitor count both: ${sessions}.`,
  sessions: (count: number) => counted(count, 'session'),
  join: 'Join',
  joined: 'Joined',
} as const;

export const kSplit = {
  title: 'Split ids from this visitor',
  says:
    'The ids leave with all that was stored under them, and become a visitor of their own, as if they had never been ' +
    'joined. What was sent in the meantime stays as it was.',
  leaving: 'Ids that leave',
  choose: 'Choose an id first.',
  keepsOne: 'The visitor keeps at least one id.',
  plan: 'Show what happens',
  stay: 'Stay',
  leave: 'Leave',
  split: 'Split',
  done: 'Split',
} as const;

export const kGroups = {
  what: (sessions: number, spends: number) =>
    `${counted(sessions, 'session')}, ${counted(spends, 'decision that counts', 'decisions that count')} toward ` +
    'frequency limits',
} as const;

export const kTraits = {
  title: 'Traits',
  lead:
    'What can be known of visitors. The first value that is set fixes the type of a trait, unless it is declared ' +
    'before.',
  loading: 'Loading…',
  label: 'Traits of the handle',
  heads: ['Trait', 'Type', 'Public', 'Sensitive', 'Rank of sources', 'Origin'],
  yes: 'yes',
  no: 'no',
  allThenPage: 'all, then page',
  change: 'Change',
  changeOf: (name: string) => `Change ${name}`,
  delete: 'Delete',
  deleteOf: (name: string) => `Delete ${name}`,
  origin: { declared: 'declared', builtIn: 'built in', first: 'first value' },
  types: {
    text: 'text',
    number: 'number',
    bool: 'true or false',
    instant: 'instant',
    date: 'date',
    list: 'list of texts',
  },
} as const;

export const kDeclare = {
  title: 'Declare a trait',
  name: 'Name',
  nameExample: 'plan',
  nameHint: 'Up to 64 letters, digits, points and underscores.',
  type: 'Type',
  typeHint: 'It applies to what is said from now on.',
  sources: 'Sources, greatest rank first',
  sourcesExample: 'crm, server, page',
  sourcesHint: 'A value from one outweighs values from those after it, whatever is newer.',
  closed: (why: string) => `Public, sensitive and sources: ${why}`,
  public: 'Public',
  publicHint: 'Pages can set it without a role.',
  sensitive: 'Sensitive',
  sensitiveHint: 'Hidden from the role Creator.',
  nameFirst: 'Name a trait first.',
  declare: 'Declare',
  declared: (name: string) => `${name} is declared`,
} as const;

export const kDeleteTrait = {
  title: (name: string) => `Delete the declaration of ${name}?`,
  stays: 'What is known of visitors stays.',
  reserved: 'The trait is then as in every handle.',
  again: 'The next value that is set fixes the type again.',
  sensitive: 'Values are then no longer hidden from the role Creator.',
  delete: 'Delete',
  deleted: 'Deleted',
  rules: 'Rules that use it',
} as const;
