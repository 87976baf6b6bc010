import { useState } from 'preact/hooks';
import { api, ask, quietly } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { SelectField, TextField } from '../../parts/field.tsx';
import { kResend } from '../../sentences/deliveries.ts';
import { place } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { fromField, inField } from '../../state/range.ts';
import { hostOf, subscriptions } from '../../state/subscriptions.ts';
import { pageOf } from './log.ts';

type Job = components['schemas']['Replay'];
const kCounted = 2000; // beyond it: "or more"
const kHour = 3_600_000;

interface Wanted {
  subscriptionId: string;
  status: string;
  since: string; // instants
  until: string; // '' for now
}

// How many deliveries would be resent, counted up to kCounted.
async function count(handle: string, { subscriptionId, status, since, until }: Wanted): Promise<number> {
  const wanted = { q: '', subscriptionId, status, eventType: '', since, until: until || undefined };
  let found = 0,
    cursor: string | undefined;
  do {
    const answer = await pageOf(handle, wanted, cursor, 200);
    if (!answer.ok) return found;
    found += answer.data.items.filter(one => status || one.status === 'delivered' || one.status === 'failed').length;
    cursor = answer.data.nextCursor ?? undefined;
  } while (cursor && found < kCounted);
  return found;
}

// Resends many deliveries of one endpoint: counted first, then queued by the server, which can be stopped.
export function Resend({ chosen, onClose }: { chosen: string; onClose: () => void }) {
  const { handle } = place.value;
  const all = subscriptions.value ?? [];
  const [subscriptionId, setSubscription] = useState(chosen || (all.length === 1 ? all[0]!.subscriptionId : '')),
    [since, setSince] = useState(() => inField(new Date(Date.now() - kHour).toISOString())),
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
  const wanted = { subscriptionId, status, since: fromField(since), until: fromField(until) };
  const look = async () => {
    setBusy(true);
    setCounted(await count(handle, wanted));
    setBusy(false);
  };
  const start = async () => {
    const body = {
      since: wanted.since,
      ...(wanted.until && { until: wanted.until }),
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
      if (!subscriptionId) return;
      const answer = await ask(
        quietly.GET('/v2/handles/{handle}/webhooks/{subscriptionId}/replays', {
          params: { path, query: { limit: 1 } },
        }),
      );
      const last = answer.ok ? answer.data.items[0] : undefined;
      if (isCurrent()) setJob(last?.state === 'running' ? last : null);
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
  const endpoints = [
    ['', ''] as const,
    ...all.map(one => [one.subscriptionId, one.description || hostOf(one.endpointUrl)] as const),
  ];
  return (
    <Dialog title={kResend.title} onClose={onClose}>
      <div class="form">
        <SelectField
          label={kResend.endpoint}
          value={subscriptionId}
          choices={endpoints}
          onChange={change(setSubscription)}
        />
        <SelectField label={kResend.which} value={status} choices={kResend.states} onChange={change(setStatus)} />
        <TextField label={kResend.from} type="datetime-local" value={since} onInput={change(setSince)} />
        <TextField label={kResend.until} type="datetime-local" value={until} onInput={change(setUntil)} />
      </div>
      {job?.state !== 'running' && (
        <div class="row">
          {counted === null ? (
            <Button
              busy={busy}
              closed={subscriptionId ? (since ? '' : kResend.chooseTime) : kResend.chooseEndpoint}
              onPress={look}
            >
              {kResend.count}
            </Button>
          ) : (
            <>
              <Button kind="primary" closed={counted ? '' : kResend.nothing} onPress={start}>
                {kResend.resend(counted, kCounted)}
              </Button>
              <span class="sm m">{kResend.sameId}</span>
            </>
          )}
        </div>
      )}
      {job && (
        <div class="stack s" role="status">
          <p>
            {kResend.progress(kResend.state[job.state], job.queued, job.total)}{' '}
            <progress max={1} value={job.progress} aria-label={kResend.progressLabel} />
          </p>
          {job.state === 'running' && (
            <div>
              <Button onPress={stop}>{kResend.stop}</Button>
            </div>
          )}
        </div>
      )}
      {fault && <FaultNote fault={fault} />}
    </Dialog>
  );
}
