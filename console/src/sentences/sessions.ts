// Sentences of the pages Sessions, Session and Decision.
import { counted } from '../state/words.ts';

export const kSessions = {
  title: 'Sessions',
  search: 'Id of a session or visitor',
  label: 'Sessions, newest first',
  heads: { session: 'Session', visitor: 'Visitor', signals: 'Signals', started: 'Started', last: 'Last signal' },
  count: (shown: number, more: boolean) => `${counted(shown, 'session')}${more ? ' so far; scroll to load more' : ''}`,
  none: 'No sessions yet. Append a signal to start one.',
  append: 'Append a signal',
  csv: ['sessionId', 'visitorId', 'anonymousId', 'signals', 'createdAt', 'lastSignalAt'],
  kept: 'Sessions are kept for the retention period of the handle after their last signal.',
} as const;

export const kSession = {
  missing: 'Session not found: it never received a signal, was erased, or its retention period has ended.',
  visitor: 'Visitor',
  consent: 'Consent',
  proven: 'Visitor proven',
  yes: 'yes',
  no: 'no',
  signals: 'Signals in the window',
  started: 'Started',
  last: 'Last signal',
  expires: 'Expires',
  append: 'Append a signal',
  resolve: 'Resolve a decision',
  erase: 'Erase',
  erased: 'Erased',
  details: 'Details',
  context: 'Context',
  timeline: 'Timeline',
  eraseTitle: 'Erase this session?',
  eraseSays:
    'Its signals and decisions become unreadable at once and are deleted from disk within a day. Its pending ' +
    'deliveries are canceled. This cannot be undone.',
} as const;

export const kDecision = {
  title: 'Decision',
  at: (trigger: string) => `Decision at ${trigger}`,
  back: { session: 'Open session', sessions: 'Sessions' },
  id: 'decision id',
  asServed: 'As served',
  recorded: 'recorded',
  same: 'Re-evaluated: same result.',
  different: 'Re-evaluated: different result.',
  lacking: (what: string) => `Re-evaluated: different result, because some of its data is missing: ${what}.`,
  rule: 'Rule',
  decided: 'Decided',
  sessionVersion: 'Session version',
  rulesVersion: 'Rules version',
} as const;
