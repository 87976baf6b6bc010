// A delivery as a shell command: the same body and headers, sent straight to the endpoint.
import { quoted } from '../../api/curl.ts';
import type { DeliveryDetail } from '../../state/deliveries.ts';

// curl writes these itself, for the URL and the body that it is given.
const kByCurl = new Set(['host', 'content-length']);

export function asSent(endpointUrl: string, { attempts, requestBody }: DeliveryDetail): string {
  const headers = Object.entries(attempts.at(-1)?.requestHeaders ?? {}) as [string, string][];
  return [
    `curl -sS -X POST ${quoted(endpointUrl)}`,
    ...headers.filter(([name]) => !kByCurl.has(name)).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    `--data-binary ${quoted(requestBody ?? '')}`,
  ].join(' \\\n  ');
}

// The signed content according to Standard Webhooks: "id.timestamp.body".
export const signedText = (headers: Record<string, string>, body: string) =>
  `${headers['webhook-id'] ?? ''}.${headers['webhook-timestamp'] ?? ''}.${body}`;
