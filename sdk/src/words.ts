// The types of the library's interface; names on the wire are those of the API.

// pending: kept in memory, not sent. denied: deleted, not sent. basic: sent without metadata and visitor. full: sent.
export type Consent = 'pending' | 'denied' | 'basic' | 'full';

export type Context = Record<string, string | number | boolean | null>;

export interface Options {
  handle: string;
  endpoint: string; // origin of the server: "https://beckon.example"
  consent?: Consent; // until changed; default: that of the handle
  visitorId?: string | null; // as identify(); undefined: the one who was set before stays
  proof?: string; // of `visitorId`, as identify()
  context?: Context;
  cookie?: string; // keeps the browser's id in a cookie, too: of this domain, or of this host if it is empty
  sessionIdle?: number; // ms without a signal or decision after which a session ends; default: 30 minutes
}

export interface SessionInfo {
  sessionId: string;
  visitorId: string | null;
  anonymousId: string | null; // of this browser, until logout(); null if consent is basic
}

// With what identify() comes.
export interface Identity {
  proof?: string; // that your server made of the id, with an identity key
  traits?: Record<string, TraitValue>; // as the `set` of traits()
}

export type TraitValue = string | number | boolean | null | string[];

// What is said of the visitor's traits, by name: the members of `Traits` in the API.
export interface Traits {
  set?: Record<string, TraitValue>; // null: unset
  setOnce?: Record<string, TraitValue>;
  unset?: string[];
  add?: Record<string, number>;
  include?: Record<string, string[]>;
  exclude?: Record<string, string[]>;
  id?: string; // what one id adds is added once; default: a new one
}

export interface SignalExtra {
  value?: string | number | boolean;
  confidence?: number;
  source?: string;
  metadata?: Record<string, unknown>;
  at?: number; // epoch ms; default: now
  id?: string; // the page's own id; a second signal with the same id in the session is a duplicate
}

// The outcome of a signal, or of traits. refused: the server rejected it, for the reason given. dropped: the queue was full or it was too old. withheld: no
// consent.
export interface Sent {
  id: string;
  outcome: 'sent' | 'refused' | 'dropped' | 'withheld';
  reason?: string;
  traits?: { applied: string[]; stale: string[]; refused: { trait: string; reason: string }[] }; // what became of each
}

export interface Action {
  type: string;
  payload?: Record<string, unknown>;
}

// act: carry out `action`. suppressed: held back by a frequency limit or schedule. holdout: the control group.
export type Decision = { decisionId: string; trigger: string; expiresAt: string; ttlSeconds: number; etag: string } & (
  | { outcome: 'act'; ruleId: string; variant: string | null; action: Action }
  | { outcome: 'suppressed' | 'holdout'; ruleId: string | null; variant: string | null; action: null }
  | { outcome: 'none'; ruleId: null; variant: null; action: null }
);

export type Act = Extract<Decision, { outcome: 'act' }>;

export type Report = 'shown' | 'clicked' | 'dismissed' | 'converted';

// Internal events, for decisions, pages and debug mode.
export type Happening =
  | { what: 'queued'; signal: WireSignal }
  | { what: 'sent'; signals: WireSignal[]; answer: Answer }
  | { what: 'failed'; answer: Answer; wait: number }
  | { what: 'refused'; signals: WireSignal[]; answer: Answer }
  | { what: 'dropped'; count: number }
  | { what: 'asked'; route: string; body: object; answer: Answer }
  | { what: 'consent'; consent: Consent | undefined }
  | { what: 'news'; news: string } // from another tab: "shown" or "sent", and a random id
  | { what: 'session'; sessionId: string; visitorId: string | null };

// A signal in the format of the API.
export interface WireSignal {
  type: string;
  id: string;
  at?: number;
  age?: number; // ms, instead of `at`
  signalValue?: string | number | boolean;
  confidence?: number;
  source?: string;
  metadata?: Record<string, unknown>;
}

// A response. status 0: no response. body: the JSON, or an empty object.
export interface Answer {
  status: number;
  retryAfter: string | null;
  body: { [name: string]: unknown };
}
