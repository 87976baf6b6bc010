// Sign-in through an identity provider: the browser goes there, and comes back with a code that the server exchanges.
import { go, kHome } from '../state/place.ts';

// What this tab keeps meanwhile: a random text, without which nobody else can finish what it began, and where it was.
const kKept = 'beckon.provider';

export interface Provider {
  name: string;
  title: string;
}
export interface Callback {
  body: { code: string; state: string; browser: string; iss?: string } | null; // null: the provider refused
  error: string;
}

const randomText = () =>
  btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

export function keepForCallback() {
  const browser = randomText();
  sessionStorage.setItem(kKept, JSON.stringify({ browser, at: location.pathname + location.search }));
  return browser;
}

// What the provider sent back, if this page was opened by it. The address is then that of the page where it began, so
// that the code is neither kept in the history nor sent again.
export function takeCallback(): Callback | null {
  const query = new URLSearchParams(location.search);
  const state = query.get('state') ?? '',
    code = query.get('code') ?? '',
    error = query.get('error') ?? '';
  if (location.pathname.replace(/\/$/, '') !== kHome || !state || !(code || error)) return null;
  const kept = JSON.parse(sessionStorage.getItem(kKept) ?? '{}') as { browser?: string; at?: string };
  sessionStorage.removeItem(kKept);
  go(kept.at?.startsWith(kHome) ? kept.at : kHome, { replace: true });
  const iss = query.get('iss') ?? undefined;
  // Without what this tab kept the server refuses it, and says why.
  return { body: error ? null : { code, state, browser: kept.browser ?? randomText(), iss }, error };
}
