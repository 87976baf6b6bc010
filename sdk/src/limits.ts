// Every limit of the library, with its reason.

export const kBatch = 10; // signals that are not waited with
export const kBatchWait = 5_000; // ms that a signal waits for others
export const kRequestSignals = 30; // of the 60 that a session may send in a minute, so that a backlog finds room
export const kBodyBytes = 60_000; // of the 64 KiB that the server takes, and browsers with keepalive
export const kAliveBytes = 65_536; // of all requests that outlive a page, by the Fetch standard
export const kQueued = 500; // signals kept while there is no way to send them; the oldest go first
export const kQueuedAge = 7 * 86_400_000; // ms; the server's retention is 30 days unless set shorter
export const kRequestTime = 10_000; // ms until an unanswered request is given up
export const kSessionIdle = 1_800_000; // ms, as analytics tools count sessions
export const kFirstWait = 1_000; // ms, the widest first wait after a failure
export const kLongestWait = 300_000; // ms
export const kKeptFresh = 300_000; // ms for which prefetched decisions are kept fresh while the visitor does nothing
export const kTriggers = 20; // of one prefetch: the server's limit
