// Sends observations session by session, in batches that the contract takes, and counts what became of each.

const wait = ms => new Promise(resolve => setTimeout(resolve, ms));
const batchLimit = 60; // signals of one session in one request, and in one minute

// Groups by session, each in the order of time; a session keeps its first visitor.
export function sessionsOf(observations) {
  const sessions = new Map();
  for (const one of [...observations].sort((a, b) => a.at - b.at)) {
    const session =
      sessions.get(one.sessionId) ??
      sessions
        .set(one.sessionId, { sessionId: one.sessionId, visitorId: undefined, observations: [] })
        .get(one.sessionId);
    session.visitorId ??= one.visitorId;
    session.observations.push(one);
  }
  return [...sessions.values()];
}

// `post(body)` → { status, json, retryAfter (s) }. Calls `progress(totals)` after each request, `waiting(seconds)` before a wait.
export async function send(
  sessions,
  { handle, post, concurrency = 4, progress = () => {}, waiting = () => {}, pause = wait },
) {
  const totals = {
    sessions: sessions.length,
    sent: 0,
    accepted: 0,
    duplicates: 0,
    evicted: 0,
    refused: 0,
    reasons: new Map(),
  };
  const refuse = (count, reason) => {
    totals.refused += count;
    totals.reasons.set(reason, (totals.reasons.get(reason) ?? 0) + count);
  };

  async function sendBatch(session, batch) {
    const context = Object.assign({}, ...batch.map(one => one.context));
    const body = {
      ...(handle ? { handle } : {}),
      sessionId: session.sessionId,
      ...(session.visitorId ? { visitorId: session.visitorId } : {}),
      context,
      signals: batch.map(one => ({ ...one.signal, at: one.at })),
    };
    for (;;) {
      const { status, json, retryAfter } = await post(body);
      if (status === 429 || status === 503) {
        const seconds = Math.max(1, retryAfter || 1);
        waiting(seconds);
        await pause(seconds * 1000);
        continue;
      }
      if (status === 202) {
        totals.accepted += json.accepted;
        totals.duplicates += json.duplicates ?? 0;
        totals.evicted += json.evicted ?? 0;
        if (json.consent === 'denied') refuse(batch.length, 'consent denied');
        return;
      }
      // A request is taken whole or not at all: the signals that were named go, the others are sent again.
      const bad = new Map();
      for (const { field, issue } of json?.details ?? []) {
        const index = /^signals\[(\d+)\](?:\.(\w+))?/.exec(field);
        if (index) bad.set(Number(index[1]), `${index[2] ?? 'signal'} ${issue}`);
      }
      if (status !== 400 || bad.size === 0) {
        refuse(batch.length, `${status} ${json?.error ?? ''}: ${json?.message ?? 'no reason given'}`);
        return;
      }
      for (const reason of bad.values()) refuse(1, reason);
      const rest = batch.filter((_, index) => !bad.has(index));
      if (rest.length) await sendBatch(session, rest);
      return;
    }
  }

  const queue = [...sessions];
  const lane = async () => {
    for (let session = queue.shift(); session; session = queue.shift())
      for (let from = 0; from < session.observations.length; from += batchLimit) {
        const batch = session.observations.slice(from, from + batchLimit);
        await sendBatch(session, batch);
        totals.sent += batch.length;
        progress(totals);
      }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, sessions.length) }, lane));
  return totals;
}
