import type { Entry } from '../../parts/timeline_list.tsx';
import { TimelineList } from '../../parts/timeline_list.tsx';
import { kDelivery } from '../../sentences/deliveries.ts';
import { hasEnded, type Attempt, type DeliveryDetail } from '../../state/deliveries.ts';
import { took } from '../../state/instants.ts';
import { stateOf } from '../../state/words.ts';

export type Times = Partial<Record<'dns' | 'connect' | 'tls' | 'firstByte' | 'total', number | null>>;
export const isGood = ({ status }: Attempt) => status !== null && status >= 200 && status < 300;

// "connect 3 ms · TLS 18 ms · response 9.9 s": how long each phase took.
function phasesIn({ dns, connect, tls, firstByte }: Times): string {
  const parts: string[] = [];
  if (typeof connect === 'number') parts.push(kDelivery.connect(took(connect - (dns ?? 0))));
  if (typeof tls === 'number') parts.push(kDelivery.tls(took(tls - (connect ?? 0))));
  if (typeof firstByte === 'number') parts.push(kDelivery.response(took(firstByte - (tls ?? connect ?? 0))));
  return parts.join(' · ');
}

interface Props {
  delivery: DeliveryDetail;
  now: number;
  chosen?: number; // the number of the attempt that is shown next to the list
  onChoose?: (number: number) => void;
}

// The attempts, newest first; what comes next stands on top.
export function Attempts({ delivery, now, chosen, onChoose }: Props) {
  const { attempts, nextAttemptAt, status } = delivery;
  if (!attempts.length && !nextAttemptAt)
    return (
      <p class="m">
        {status === 'withdrawn'
          ? kDelivery.canceledBefore
          : hasEnded(delivery)
            ? kDelivery.endedWithout
            : kDelivery.noneYet}
      </p>
    );
  const entries: Entry[] = attempts.toReversed().map(attempt => {
    const { number, at, error, outcome } = attempt;
    const says = attempt.status ?? outcome;
    return {
      key: String(number),
      icon: isGood(attempt) ? 'check' : 'close',
      tone: isGood(attempt) ? 'good' : 'bad',
      at,
      kind: 'attempt',
      what: onChoose ? (
        <button
          type="button"
          class="btn flat"
          aria-pressed={number === chosen}
          data-number={number}
          onClick={() => onChoose(number)}
        >
          <b>{kDelivery.attempt(number)}</b> {says}
        </button>
      ) : (
        <>
          <b>{kDelivery.attempt(number)}</b> {says}
        </>
      ),
      more: (
        <>
          {error && <p>{error}</p>}
          <p>{phasesIn(attempt.latency as Times)}</p>
        </>
      ),
    };
  });
  if (nextAttemptAt)
    entries.unshift({
      key: 'next',
      icon: 'clock',
      tone: 'info',
      at: nextAttemptAt,
      what: <b>{kDelivery.nextAttempt}</b>,
      more: <p>{stateOf(delivery, now)}</p>,
    });
  return <TimelineList entries={entries} label={kDelivery.attempts} />;
}
