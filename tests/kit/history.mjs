// Checks of what clients recorded: each returns sentences about what cannot have happened, none if all can.
//
// An operation has `began` and `ended` (of one clock) and an `outcome`: 'ok', or 'refused' by an answer which says that
// nothing was done, or 'unknown'.

const wasOk = ({ outcome }) => outcome === 'ok';

// A log to which one client after another appends, and which others read whole: `appends` { n, began, ended, outcome },
// `reads` { seen: [n…], began, ended }. Linearizable: there is one order, in which every operation happened within its
// time.
export function faultsOfLog(name, appends, reads) {
  const faults = [];
  const byNumber = new Map(appends.map(append => [append.n, append]));
  const longest = reads.toSorted((a, b) => a.seen.length - b.seen.length);
  for (const [i, { seen }] of longest.entries()) {
    const before = longest[i - 1]?.seen ?? [];
    if (before.some((n, at) => seen[at] !== n)) faults.push(`${name}: read as ${before}, and as ${seen}`);
  }
  for (const { seen, began, ended } of reads) {
    if (new Set(seen).size !== seen.length) faults.push(`${name}: twice in ${seen}`);
    for (const n of seen) {
      const append = byNumber.get(n);
      if (!append || append.began > ended) faults.push(`${name}: ${n} was read before it was sent`);
      else if (append.outcome === 'refused') faults.push(`${name}: ${n} was refused, and is read`);
    }
    for (const append of appends)
      if (wasOk(append) && append.ended < began && !seen.includes(append.n))
        faults.push(
          `${name}: ${append.n} was acknowledged ${Math.round(began - append.ended)} ms before a read without it`,
        );
  }
  const sorted = reads.toSorted((a, b) => a.ended - b.ended);
  let most = { seen: [], ended: 0 };
  for (const read of reads.toSorted((a, b) => a.began - b.began)) {
    while (sorted.length && sorted[0].ended < read.began) {
      const one = sorted.shift();
      if (one.seen.length > most.seen.length) most = one;
    }
    if (read.seen.length < most.seen.length)
      faults.push(`${name}: ${most.seen.length} were read, and ${read.seen.length} afterwards`);
  }
  const whole = longest.at(-1)?.seen ?? [];
  for (const [i, n] of whole.entries())
    for (const later of whole.slice(i + 1))
      if (byNumber.get(later)?.ended < byNumber.get(n)?.began) faults.push(`${name}: ${n} is before ${later}`);
  return faults;
}

// A value that one client writes, each time a greater number, and that others read: `writes` { n, … }, `reads` { n, … }.
export function faultsOfRegister(name, writes, reads, first = 0) {
  const faults = [];
  const byNumber = new Map(writes.map(write => [write.n, write]));
  let read = first;
  const done = reads.toSorted((a, b) => a.ended - b.ended);
  for (const { n, began, ended } of reads.toSorted((a, b) => a.began - b.began)) {
    while (done.length && done[0].ended < began) read = Math.max(read, done.shift().n);
    const written = Math.max(first, ...writes.filter(write => wasOk(write) && write.ended < began).map(one => one.n));
    if (n < written) faults.push(`${name}: ${written} was acknowledged before ${n} was read`);
    if (n < read) faults.push(`${name}: ${read} was read before ${n}`);
    if (n === first) continue;
    const write = byNumber.get(n);
    if (!write || write.began > ended) faults.push(`${name}: ${n} was read before it was written`);
    else if (write.outcome === 'refused') faults.push(`${name}: ${n} was refused, and is read`);
  }
  return faults;
}

// Requests with ids that are stored whole or not at all: `requests` { ids, session, outcome }; `stored` session → ids.
// Of the result, `lost` has what was acknowledged and is not there.
export function faultsOfSet(requests, stored) {
  const faults = [];
  const lost = [];
  const there = new Map(); // id → session
  for (const [session, ids] of stored)
    for (const id of ids) {
      if (there.has(id)) faults.push(`${id} is stored twice`);
      there.set(id, session);
    }
  const sent = new Set();
  for (const request of requests) {
    const found = request.ids.filter(id => there.has(id));
    for (const id of request.ids) sent.add(id);
    for (const id of found)
      if (there.get(id) !== request.session) faults.push(`${id} is stored in the session ${there.get(id)}`);
    if (found.length > 0 && found.length < request.ids.length)
      faults.push(`of one request with ${request.ids} only ${found} are stored`);
    if (request.outcome === 'refused' && found.length > 0) faults.push(`${request.ids} were refused, and are stored`);
    if (wasOk(request) && found.length < request.ids.length) lost.push(request);
  }
  for (const id of there.keys()) if (!sent.has(id)) faults.push(`${id} is stored, and was never sent`);
  return { faults, lost };
}

// Decisions of a rule that may act so many times in each of `sessions`: `answers` { session, decisionId } that acted,
// `recorded` session → decisionIds that acted.
export function faultsOfLimit(name, most, answers, recorded) {
  const faults = [];
  const acted = new Map();
  for (const { session, decisionId } of answers)
    (acted.get(session) ?? acted.set(session, new Set()).get(session)).add(decisionId);
  for (const [session, ids] of recorded)
    if (new Set(ids).size > most)
      faults.push(`${name}: ${ids.length} decisions of ${session} are on record, at most ${most} may act`);
  for (const [session, ids] of acted) {
    if (ids.size > most) faults.push(`${name}: ${session} got ${ids.size}, at most ${most} may act`);
    for (const id of ids)
      if (!recorded.get(session)?.includes(id))
        faults.push(`${name}: ${id} of ${session} was answered, and is not on record`);
  }
  return faults;
}

// Rows of a journal in their order, { shard, position, turn, epoch }: in each shard no place is there twice, and epochs
// never go back. `before`: shard → greatest epoch that was seen.
export function faultsOfJournal(rows, before = new Map()) {
  const faults = [];
  const last = new Map();
  for (const row of rows) {
    const former = last.get(row.shard);
    const place = `shard ${row.shard}, position ${row.position}.${row.turn}`;
    if (former?.position === row.position && former.turn === row.turn) faults.push(`${place} is there twice`);
    if (former && former.epoch > row.epoch) faults.push(`${place}: epoch ${row.epoch} after ${former.epoch}`);
    last.set(row.shard, row);
  }
  for (const [shard, { epoch }] of last) before.set(shard, Math.max(before.get(shard) ?? 0, epoch));
  return faults;
}
