import { useEffect, useRef } from 'preact/hooks';
import { State } from '../../parts/chip.tsx';
import { Copy } from '../../parts/copy.tsx';
import { Instant } from '../../parts/instant.tsx';
import { Json } from '../../parts/json.tsx';
import type { Attempt } from '../../state/deliveries.ts';
import { took } from '../../state/instants.ts';
import { signedText } from './as_sent.ts';

const kPhases = [
  ['dns', 'DNS'],
  ['connect', 'Connect'],
  ['tls', 'TLS'],
  ['firstByte', 'First byte'],
  ['total', 'Total'],
] as const;

const Fields = ({ of, label }: { of: Record<string, string>; label: string }) => (
  <pre class="code fields" tabIndex={0} role="region" aria-label={label}>
    {Object.entries(of)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n')}
  </pre>
);

const kBodyKept = 4096; // bytes; a character that is cut at the end is left out
const isFull = (text: string) => new TextEncoder().encode(text).length > kBodyKept - 4;

export function AttemptCard({
  attempt,
  body,
  open,
  fresh,
}: {
  attempt: Attempt;
  body: string | null;
  open: boolean;
  fresh: boolean;
}) {
  const here = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    if (fresh) {
      here.current!.open = true;
      here.current!.scrollIntoView({ block: 'center' });
      here.current!.querySelector('summary')?.focus({ preventScroll: true });
    }
  }, [fresh]);
  const { number, at, url, status, error, latency, responseBody } = attempt;
  const good = status !== null && status >= 200 && status < 300;
  const headers = attempt.requestHeaders as Record<string, string>;
  const answered = attempt.responseHeaders as Record<string, string> | null;
  const times = latency as Record<string, number | null>;
  return (
    <details class="attempt card" ref={here} open={open}>
      <summary>
        <strong>Attempt {number}</strong>{' '}
        <State name={good ? 'delivered' : 'failed'}>{status ?? attempt.outcome}</State>{' '}
        <span class="quiet">
          <Instant at={at} />
          {times.total !== null && times.total !== undefined && `, ${took(times.total)}`}
        </span>
      </summary>
      <div class="opened">
        {error && (
          <p>
            <strong>Reason:</strong> {error}
          </p>
        )}
        {url && (
          <p class="wrap">
            <strong>URL:</strong> <code>{url}</code>
          </p>
        )}
        <dl class="phases" aria-label="Time by phase">
          {kPhases
            .filter(([phase]) => typeof times[phase] === 'number')
            .map(([phase, says]) => (
              <div key={phase}>
                <dt>{says}</dt>
                <dd>
                  <meter min={0} max={times.total ?? 1} value={times[phase]!} aria-label={says} /> {took(times[phase]!)}
                </dd>
              </div>
            ))}
        </dl>
        <div class="halves">
          <div>
            <h3>Request headers</h3>
            <Fields of={headers} label={`Headers of attempt ${number}`} />
          </div>
          <div>
            <h3>Response headers</h3>
            {answered && Object.keys(answered).length > 0 ? (
              <Fields of={answered} label={`Response headers of attempt ${number}`} />
            ) : (
              <p class="quiet">No response headers.</p>
            )}
            {attempt.responseHeadersCut && <p class="quiet">Incomplete: only the beginning arrived or was kept.</p>}
            <h3>Response body</h3>
            {responseBody ? (
              <Json text={responseBody} label={`Response to attempt ${number}`} />
            ) : (
              <p class="quiet">No response body.</p>
            )}
            {responseBody && isFull(responseBody) && (
              <p class="quiet">Cut after 4 KiB: what follows in a response is not kept.</p>
            )}
          </div>
        </div>
        {body !== null && (
          <details class="more">
            <summary>Signed content</summary>
            <pre class="code" tabIndex={0} role="region" aria-label="Signed content">
              {signedText(headers, body)}
            </pre>
            <Copy text={() => signedText(headers, body)} what="signed content" />
          </details>
        )}
      </div>
    </details>
  );
}
