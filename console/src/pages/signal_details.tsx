import { useState } from 'preact/hooks';
import type { components } from '../api/described.d.ts';
import type { Fault } from '../api/fault.ts';
import { FaultNote } from '../parts/fault_note.tsx';
import { Json } from '../parts/json.tsx';
import { kTimeline } from '../sentences/timeline.ts';
import { place } from '../state/place.ts';
import { read } from '../state/timeline.ts';

type Signal = components['schemas']['Signal'];

// What a signal has beyond its name and value: its metadata and, where they are not the usual ones, source, confidence
// and id.
function beyond({ metadata, source, confidence, id }: Signal): { [name: string]: unknown } {
  return {
    ...(metadata && Object.keys(metadata).length > 0 && { metadata }),
    ...(source && { source }),
    ...(confidence !== 1 && { confidence }),
    ...(id && { id }),
  };
}

const namesIn = ({ metadata, ...others }: { [name: string]: unknown }) =>
  [...Object.keys(metadata ?? {}), ...Object.keys(others)].join(', ');

// Folded, with the names of what is in it; nothing for a signal that has no more to show.
export function SignalDetails({ signal }: { signal: Signal }) {
  const shown = beyond(signal),
    names = namesIn(shown);
  if (!names) return null;
  return (
    <details>
      <summary class="sm wrap">{kTimeline.details(names)}</summary>
      <Json text={JSON.stringify(shown)} label={kTimeline.detailsOf(signal.version!)} />
    </details>
  );
}

// Likewise of a signal whose session has not been read: that is done when it is unfolded.
export function UnreadDetails({ sessionId, version }: { sessionId: string; version: number }) {
  const { handle } = place.value;
  const [signal, setSignal] = useState<Signal | null | undefined>(undefined),
    [fault, setFault] = useState<Fault | null>(null);
  const load = async () => {
    const { session, fault: failed } = await read(handle, sessionId);
    setFault(failed);
    if (!failed) setSignal(session?.signals.find(one => one.version === version) ?? null);
  };
  const shown = signal ? beyond(signal) : {};
  return (
    <details
      onToggle={event => {
        if (event.currentTarget.open && !signal) void load();
      }}
    >
      <summary class="sm">{kTimeline.unread}</summary>
      {fault && <FaultNote fault={fault} />}
      {signal === null && <p>{kTimeline.gone}</p>}
      {signal && !namesIn(shown) && <p>{kTimeline.noDetails}</p>}
      {namesIn(shown) && <Json text={JSON.stringify(shown)} label={kTimeline.detailsOf(version)} />}
    </details>
  );
}
