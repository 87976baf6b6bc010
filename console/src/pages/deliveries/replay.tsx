import { useState } from 'preact/hooks';
import { api, ask, quietly } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { SelectField, TextField } from '../../parts/field.tsx';
import { place } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { pageOf } from './log.ts';

type Job = components['schemas']['Replay'];
const kStates = [
  ['failed', 'failed'],
  ['delivered', 'delivered'],
  ['withdrawn', 'canceled'],
  ['', 'delivered and failed'],
] as const;
const kCounted = 2000; // beyond it: "or more"

const two = (number: number) => String(number).padStart(2, '0');
const hourAgo = () => {
  const at = new Date(Date.now() - 3_600_000);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
};

// How many deliveries would be resent, counted up to kCounted.
async function count(
  handle: string,
  subscriptionId: string,
  status: string,
  since: number,
  until: number,
): Promise<number> {
  let found = 0,
    cursor: string | null = null;
  do {
    const answer: Awaited<ReturnType<typeof pageOf>> = await pageOf(
      handle,
      subscriptionId,
      { status, eventType: '' },
      cursor,
      200,
    );
    if (!answer.ok) return found;
    const { items, nextCursor } = answer.data;
    found += items.filter(
      one =>
        Date.parse(one.createdAt) >= since &&
        Date.parse(one.createdAt) < until &&
        (status || one.status === 'delivered' || one.status === 'failed'),
    ).length;
    cursor = items.length && Date.parse(items.at(-1)!.createdAt) >= since ? nextCursor : null;
  } while (cursor && found < kCounted);
  return found;
}

export function Replay({ subscriptionId }: { subscriptionId: string }) {
  const { handle } = place.value;
  const [since, setSince] = useState(hourAgo),
    [until, setUntil] = useState(''),
    [status, setStatus] = useState('failed');
  const [counted, setCounted] = useState<number | null>(null),
    [job, setJob] = useState<Job | null>(null),
    [fault, setFault] = useState<Fault | null>(null),
    [busy, setBusy] = useState(false);
  const path = { handle, subscriptionId };
  const change = (set: (value: string) => void) => (value: string) => {
    set(value);
    setCounted(null);
  };
  const look = async () => {
    setBusy(true);
    setCounted(await count(handle, subscriptionId, status, Date.parse(since), until ? Date.parse(until) : Date.now()));
    setBusy(false);
  };
  const start = async () => {
    const body = {
      since: new Date(since).toISOString(),
      ...(until && { until: new Date(until).toISOString() }),
      ...(status && { status }),
    };
    const answer = await ask(
      api.POST('/v2/handles/{handle}/webhooks/{subscriptionId}/replay', { params: { path }, body: body as never }),
    );
    setFault(answer.ok ? null : answer.fault);
    if (answer.ok) {
      setJob(answer.data);
      setCounted(null);
    }
  };
  usePoll(
    0,
    async isCurrent => {
      // shows a job that is already running
      const answer = await ask(
        quietly.GET('/v2/handles/{handle}/webhooks/{subscriptionId}/replays', {
          params: { path, query: { limit: 1 } },
        }),
      );
      const last = answer.ok ? answer.data.items[0] : undefined;
      if (isCurrent() && last?.state === 'running') setJob(last);
    },
    [handle, subscriptionId],
  );
  const jobPath = { ...path, replayId: job?.replayId ?? '' };
  usePoll(
    job?.state === 'running' ? 700 : 0,
    async isCurrent => {
      if (job?.state !== 'running') return;
      const answer = await ask(
        quietly.GET('/v2/handles/{handle}/webhooks/{subscriptionId}/replays/{replayId}', { params: { path: jobPath } }),
      );
      if (answer.ok && isCurrent()) setJob(answer.data);
    },
    [job?.replayId, job?.state],
  );
  const stop = async () => {
    const answer = await ask(
      api.POST('/v2/handles/{handle}/webhooks/{subscriptionId}/replays/{replayId}/cancel', {
        params: { path: jobPath },
      }),
    );
    setFault(answer.ok ? null : answer.fault);
    if (answer.ok) setJob({ ...job!, ...answer.data });
  };
  return (
    <section class="card" aria-labelledby="replay">
      <h2 id="replay">Resend from…</h2>
      <div class="columns">
        <TextField label="Created from (local time)" type="datetime-local" value={since} onInput={change(setSince)} />
        <TextField label="Until (empty: now)" type="datetime-local" value={until} onInput={change(setUntil)} />
        <SelectField label="Deliveries to resend" value={status} choices={kStates} onChange={change(setStatus)} />
      </div>
      {job?.state !== 'running' && (
        <div class="actions">
          {counted === null ? (
            <Button busy={busy} closed={since ? '' : 'Choose a time first.'} onPress={look}>
              Count deliveries
            </Button>
          ) : (
            <>
              <Button kind="primary" closed={counted ? '' : 'No deliveries to resend.'} onPress={start}>
                Resend {counted >= kCounted ? `${kCounted} or more` : counted}
              </Button>
              <span class="small quiet">Each keeps its id, so a receiver that deduplicates is safe.</span>
            </>
          )}
        </div>
      )}
      {job && (
        <div class="result" role="status">
          <p>
            {job.state === 'running' ? 'Queuing' : job.state === 'done' ? 'All queued' : 'Stopped'}: {job.queued} of{' '}
            {job.total}. <progress max={1} value={job.progress} aria-label="Resend progress" />
          </p>
          {job.state === 'running' && (
            <div>
              <Button onPress={stop}>Stop</Button>
            </div>
          )}
        </div>
      )}
      {fault && <FaultNote fault={fault} />}
    </section>
  );
}
