// What the library and the page say to each other. Types only; the wire's words are the contract's.

// pending: kept in memory, nothing is sent. denied: forgotten, nothing is sent. basic: without metadata and visitor.
export type Consent = 'pending' | 'denied' | 'basic' | 'full';

export type Context = Record<string, string | number | boolean | null>;

export interface Options {
  handle: string;
  endpoint: string; // origin of the server: "https://beckon.example"
  consent?: Consent; // until said otherwise; without it the handle's own default holds
  visitorId?: string;
  context?: Context;
  sessionIdle?: number; // ms without a signal or decision after which a session ends; 30 minutes
}

export interface SignalExtra {
  value?: string | number | boolean;
  confidence?: number;
  source?: string;
  metadata?: Record<string, unknown>;
  at?: number; // epoch ms; now
  id?: string; // the page's own id: a second signal with it in the session is not counted
}

// What became of a signal. refused: the server will not take it. dropped: the queue was full, or it was too old.
// withheld: no consent.
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

// What happens inside, for decisions, pages and the debug mode.
export type Happening =
  | { what: 'queued'; signal: WireSignal }
  | { what: 'sent'; signals: WireSignal[]; answer: Answer }
  | { what: 'failed'; answer: Answer; wait: number }
  | { what: 'refused'; signals: WireSignal[]; answer: Answer }
  | { what: 'dropped'; count: number }
  | { what: 'asked'; route: string; body: object; answer: Answer }
  | { what: 'consent'; consent: Consent | undefined }
  | { what: 'session'; sessionId: string };

// A signal as the server takes it.
export interface WireSignal {
  type: string;
  id: string;
  at?: number;
  signalValue?: string | number | boolean;
  confidence?: number;
  source?: string;
  metadata?: Record<string, unknown>;
}

// status 0: nothing answered. body: the JSON, or an empty object.
export interface Answer {
  status: number;
  retryAfter: string | null;
  body: { [name: string]: unknown };
}
