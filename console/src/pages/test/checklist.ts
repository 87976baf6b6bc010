// The progress of a delivery, step by step, and where it stopped. Pure.
import type { DeliveryDetail } from '../../state/deliveries.ts';
import { took } from '../../state/instants.ts';
import { statusWords } from '../../state/words.ts';

export interface Check {
  step: string;
  state: 'done' | 'now' | 'stopped' | 'ahead';
  says: string;
  advice?: string;
}

const kRefused = /refused|policy|egress/i;

// From 0 to 5: the step that the last attempt reached.
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
  'The delivery is waiting to be sent. Many pending deliveries or a rate limit make the wait longer.',
  'The address could not be reached. Check the host name and port, that the endpoint is running, and that no firewall blocks this server.',
  'The connection was opened, but TLS failed. Check the certificate: name, dates and chain.',
  'The request was sent, but no response came within the timeout of 10 s. An endpoint should respond first and process afterwards.',
  'The endpoint returned a status other than 2xx.',
];

const kHeld: Record<string, string> = {
  'circuit open':
    'Deliveries to this endpoint failed repeatedly, so the others wait while one is tried from time to time. Once one arrives, the rest follow.',
  'subscription disabled': 'Enable the endpoint to send its waiting deliveries.',
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
    { step: 'Accepted', says: 'event written to disk' },
    {
      step: 'Queued',
      says: attempts.length
        ? `${took(Math.max(0, Date.parse(attempts[0]!.at) - Date.parse(delivery.createdAt)))} until the first attempt`
        : 'waiting for its turn',
    },
    { step: 'Connected', says: time('connect') },
    { step: 'Secured', says: latency.tls === null && last && !trouble ? 'plain http, without TLS' : time('tls') },
    { step: 'Sent', says: last ? `attempt ${last.number}, signed` : '' },
    {
      step: 'Answered',
      says: last?.status ? `${last.status}${time('total') && ` after ${time('total')} in total`}` : (last?.error ?? ''),
    },
  ];
  return steps.map(({ step, says }, index) => {
    if (good || index < at) return { step, says, state: 'done' };
    if (index === at && trouble)
      return { step, says: says || last.error || '', state: 'stopped', advice: adviceFor(delivery, at) };
    if (index === at && held)
      return { step, says: statusWords(status, reason), state: 'stopped', advice: kHeld[reason ?? ''] ?? '' };
    if (index === at && status === 'withdrawn') return { step, says: reason ?? '', state: 'stopped' };
    return { step, says: index === at ? says : '', state: index === at ? 'now' : 'ahead' };
  });
}

function adviceFor({ attempts, status }: DeliveryDetail, at: number): string {
  const last = attempts.at(-1)!;
  const more = status === 'retrying' ? ' It is retried automatically.' : '';
  if (kRefused.test(last.error ?? ''))
    return 'This server does not allow webhooks to that address. A platform admin can allow the host.';
  if (last.status === 410) return 'The endpoint returned 410 (Gone), so it was disabled and nothing is retried.';
  if (last.status && last.status >= 300 && last.status < 400)
    return 'Redirects are not followed: use the URL it redirects to.';
  if (last.status === 401 || last.status === 403)
    return 'The endpoint refused the request, usually because the secret does not match. Compare the secret or rotate it.';
  if (last.status && last.status >= 500) return `The endpoint failed; check its log.${more}`;
  return kAdvice[at] + more;
}
