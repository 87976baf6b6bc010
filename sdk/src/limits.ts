// Every limit of the library, with its reason.

export const kBatch = 10; // signals that are sent without waiting
export const kBatchWait = 5_000; // ms that a signal waits for others
export const kRequestSignals = 30; // half of the 60 that a session may send per minute, to leave room for a backlog
export const kBodyBytes = 60_000; // below the 64 KiB that the server and browsers with keepalive accept
export const kQueued = 500; // signals kept while they cannot be sent; the oldest are dropped first
export const kQueuedAge = 7 * 86_400_000; // ms; the server's retention is 30 days unless set shorter
export const kRequestTime = 10_000; // ms until a request times out
export const kSessionIdle = 1_800_000; // ms, as is usual in analytics tools
export const kFirstWait = 1_000; // ms, the longest first wait after a failure
export const kLongestWait = 300_000; // ms
export const kKeptFresh = 300_000; // ms for which prefetched decisions are kept fresh while the visitor is inactive
export const kRenewWait = 300; // ms after a signal until it is sent and what is prefetched is renewed
export const kReportWait = 1_000; // ms; the same after a report, which leaves time for what the visitor does next
export const kShowTime = 5_000; // ms in which a decision that acts is to be shown; until then no other caller gets it
export const kDecideTime = 2_000; // ms; a visitor who leaves waits no longer
export const kTriggers = 20; // per prefetch: the server's limit
