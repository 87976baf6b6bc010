// Where a delivery stands, step by step, and where it stopped. Pure.
import type { DeliveryDetail } from '../../state/deliveries.ts';
import { took } from '../../state/instants.ts';

export interface Check {
  step: string;
  state: 'done' | 'now' | 'stopped' | 'ahead';
  says: string;
  advice?: string;
}

const kRefused = /refused|policy|egress/i;

// From 0 to 5: how far the last attempt came.
function reached({ attempts, status }: DeliveryDetail): number {
  const last = attempts.at(-1);
  if (!last) return status === 'sending' ? 2 : 1;
  if (last.status !== null) return 5;
  const { connect, tls } = last.latency as Record<string, number | null>;
  const error = last.error ?? last.outcome;
  if (kRefused.test(error) || /dns/i.test(error)) return 2;
  if (/tls/i.test(error)) return 3;
  if (tls || connect || /timeout|read/i.test(error)) return connect ? 4 : 3;
  return /connect/i.test(error) ? 2 : 3;
}

const kAdvice = [
  '',
  'The delivery waits to be sent. A subscription with many deliveries owed, or a rate limit, makes it wait longer.',
  'Nothing could be reached at that address. Check the host’s name and port, that the endpoint runs, and that a firewall lets this server in.',
  'The connection came about, but no secure channel. Check the certificate: its name, its dates, its chain.',
  'The request was sent and no answer came within the timeout of 10 s. An endpoint should answer first and work afterwards.',
  'The endpoint answered, and not with 2xx.',
];

const kHeld: Record<string, string> = {
  'circuit open':
    'Deliveries to this endpoint failed one after the other, so the others wait, and now and then one is tried. When that one arrives, all of them follow.',
  'subscription disabled': 'Enable the subscription, and what it holds is sent.',
};

export function checklist(delivery: DeliveryDetail): Check[] {
  const { attempts, status, reason } = delivery;
  const last = attempts.at(-1),
    latency = (last?.latency ?? {}) as Record<string, number | null | undefined>;
  const good = status === 'delivered',
    held = status === 'held',
    at = held ? 1 : reached(delivery),
    trouble = !good && !held && !!last;
  const time = (name: string) => (typeof latency[name] === 'number' ? took(latency[name]!) : '');
  const steps = [
    { step: 'Accepted', says: 'the event is on disk' },
    {
      step: 'Queued',
      says: attempts.length
        ? `${took(Math.max(0, Date.parse(attempts[0]!.at) - Date.parse(delivery.createdAt)))} until the first attempt`
        : 'waits for its turn',
    },
    { step: 'Connected', says: time('connect') },
    { step: 'Secured', says: latency.tls === null && last && !trouble ? 'plain http, without TLS' : time('tls') },
    { step: 'Sent', says: last ? `attempt ${last.number}, signed` : '' },
    {
      step: 'Answered',
      says: last?.status ? `${last.status}${time('total') && ` after ${time('total')} in all`}` : (last?.error ?? ''),
    },
  ];
  return steps.map(({ step, says }, index) => {
    if (good || index < at) return { step, says, state: 'done' };
    if (index === at && trouble)
      return { step, says: says || last.error || '', state: 'stopped', advice: adviceFor(delivery, at) };
    if (index === at && held)
      return { step, says: reason ?? 'held', state: 'stopped', advice: kHeld[reason ?? ''] ?? '' };
    if (index === at && status === 'withdrawn') return { step, says: reason ?? '', state: 'stopped' };
    return { step, says: index === at ? says : '', state: index === at ? 'now' : 'ahead' };
  });
}

function adviceFor({ attempts, status }: DeliveryDetail, at: number): string {
  const last = attempts.at(-1)!;
  const more = status === 'retrying' ? ' It is tried again by itself.' : '';
  if (kRefused.test(last.error ?? ''))
    return 'The guard of this server does not let webhooks go there. A platform admin can admit the host.';
  if (last.status === 410)
    return 'The endpoint said 410, “gone”: the subscription was disabled, and nothing is retried.';
  if (last.status && last.status >= 300 && last.status < 400)
    return 'Redirects are not followed: subscribe the address to which it leads.';
  if (last.status === 401 || last.status === 403)
    return 'The endpoint refused it: mostly a secret that does not match. Compare it, or make a new one.';
  if (last.status && last.status >= 500) return `The endpoint failed: its own log says why.${more}`;
  return kAdvice[at] + more;
}
