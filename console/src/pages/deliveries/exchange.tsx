import { useState } from 'preact/hooks';
import { Copy } from '../../parts/copy.tsx';
import { Json } from '../../parts/json.tsx';
import { Segments } from '../../parts/segments.tsx';
import { kDelivery } from '../../sentences/deliveries.ts';
import type { Attempt } from '../../state/deliveries.ts';
import { signedText } from './as_sent.ts';

const kBodyKept = 4096; // bytes; a character that is cut at the end is left out
const isFull = (text: string) => new TextEncoder().encode(text).length > kBodyKept - 4;

type Part = keyof typeof kDelivery.parts;

const Fields = ({ of, label }: { of: Record<string, string>; label: string }) => (
  <pre class="code fields" tabIndex={0} role="region" aria-label={label}>
    {Object.entries(of)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n')}
  </pre>
);

interface Props {
  body: string | null;
  attempt: Attempt | undefined; // whose request and response is shown
}

// What was sent, and what came back.
export function Exchange({ body, attempt }: Props) {
  const [part, setPart] = useState<Part>('body');
  const offered = (Object.keys(kDelivery.parts) as Part[]).filter(
    one => one === 'body' || (attempt && (one !== 'signed' || body !== null)),
  );
  const shown = offered.includes(part) ? part : 'body';
  return (
    <section class="panel" aria-labelledby="exchange">
      <div class="phead">
        <h2 id="exchange">{kDelivery.exchange}</h2>
        {offered.length > 1 && (
          <span class="push">
            <Segments
              label={kDelivery.partsLabel}
              value={shown}
              choices={offered.map(one => [one, kDelivery.parts[one]] as const)}
              onChange={setPart}
            />
          </span>
        )}
      </div>
      {shown === 'body' &&
        (body ? <Json text={body} label={kDelivery.bodyLabel} /> : <p class="pad m">{kDelivery.erasedBody}</p>)}
      {attempt && shown === 'headers' && <Headers attempt={attempt} />}
      {attempt && shown === 'response' && <Response attempt={attempt} />}
      {attempt && shown === 'signed' && body !== null && <Signed attempt={attempt} body={body} />}
    </section>
  );
}

const Headers = ({ attempt: { number, url, requestHeaders } }: { attempt: Attempt }) => (
  <>
    {url && (
      <p class="pad sm wrap">
        {kDelivery.url}: <code>{url}</code>
      </p>
    )}
    {Object.keys(requestHeaders).length > 0 ? (
      <Fields of={requestHeaders as Record<string, string>} label={kDelivery.requestHeaders(number)} />
    ) : (
      <p class="pad m">{kDelivery.noHeaders}</p>
    )}
  </>
);

function Response({ attempt: { number, responseHeaders, responseHeadersCut, responseBody } }: { attempt: Attempt }) {
  const headers = responseHeaders as Record<string, string> | null;
  return (
    <>
      {headers && Object.keys(headers).length > 0 ? (
        <Fields of={headers} label={kDelivery.responseHeaders(number)} />
      ) : (
        <p class="pad m">{kDelivery.noResponseHeaders}</p>
      )}
      {responseHeadersCut && <p class="pad m">{kDelivery.cutHeaders}</p>}
      {responseBody ? (
        <Json text={responseBody} label={kDelivery.responseBody(number)} />
      ) : (
        <p class="pad m">{kDelivery.noResponse}</p>
      )}
      {responseBody && isFull(responseBody) && <p class="pad m">{kDelivery.cutBody}</p>}
    </>
  );
}

function Signed({ attempt, body }: { attempt: Attempt; body: string }) {
  const text = signedText(attempt.requestHeaders as Record<string, string>, body);
  return (
    <>
      <pre class="code fields" tabIndex={0} role="region" aria-label={kDelivery.parts.signed}>
        {text}
      </pre>
      <div class="pfoot">
        <Copy text={text} what={kDelivery.signedContent} />
      </div>
    </>
  );
}
