// The types of the library's interface; names on the wire are those of the API.

// pending: kept in memory, not sent. denied: deleted, not sent. basic: sent without metadata and visitor. full: sent.
export type Consent = 'pending' | 'denied' | 'basic' | 'full';

export type Context = Record<string, string | number | boolean | null>;

export interface Options {
  handle: string;
  endpoint: string; // origin of the server: "https://beckon.example"
  consent?: Consent; // until changed; default: that of the handle
  visitorId?: string;
  context?: Context;
  sessionIdle?: number; // ms without a signal or decision after which a session ends; default: 30 minutes
}

export interface SignalExtra {
  value?: string | number | boolean;
  confidence?: number;
  source?: string;
  metadata?: Record<string, unknown>;
  at?: number; // epoch ms; default: now
  id?: string; // the page's own id; a second signal with the same id in the session is a duplicate
}

// The outcome of a signal. refused: the server rejected it. dropped: the queue was full or it was too old. withheld: no
// consent.
export interface Sent {
  id: string;
  outcome: 'sent' | 'refused' | 'dropped' | 'withheld';
}

export interface Action {
  type: string;
  payload?: Record<string, unknown>;
}

export interface Decision {
  decisionId: string;
  trigger: string;
  outcome: 'act' | 'none' | 'suppressed' | 'holdout';
  ruleId: string | null;
  variant: string | null;
  action: Action | null;
  expiresAt: string;
  ttlSeconds: number;
  etag: string;
}

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
  | { what: 'session'; sessionId: string };

// A signal in the format of the API.
export interface WireSignal {
  type: string;
  id: string;
  at?: number;
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
