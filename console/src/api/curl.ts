// An exchange as a shell command. The server and the token are variables, so that no secret is copied.
import type { Exchange } from './exchange.ts';

// Inside single quotes, only a single quote needs escaping.
export const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

export type Asked = Pick<Exchange, 'method' | 'path' | 'signedIn' | 'headers' | 'body'>;

export function toCurl({ method, path, signedIn, headers, body }: Asked): string {
  const parts = [`curl -sS${method === 'GET' ? '' : ` -X ${method}`} "$API_BASE"${quoted(path)}`];
  if (signedIn) parts.push('-H "authorization: Bearer $JWT_TOKEN"');
  for (const [name, value] of headers) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (body) parts.push(`--data-binary ${quoted(body)}`);
  return parts.join(' \\\n  ');
}
