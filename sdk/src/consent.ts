// What a visitor agreed to, said in our words or in those of Google Consent Mode.
import type { Consent } from './words.ts';

const kStates: readonly unknown[] = ['pending', 'denied', 'basic', 'full'];

// Nothing where it cannot be understood. Consent Mode: storage for analytics denied is denied; any other purpose denied
// is basic.
export function understood(said: unknown): Consent | undefined {
  if (kStates.includes(said)) return said as Consent;
  const purposes = said as Record<string, unknown> | null;
  if (typeof purposes !== 'object' || !purposes || !purposes.analytics_storage) return;
  if (purposes.analytics_storage !== 'granted') return 'denied';
  return Object.values(purposes).includes('denied') ? 'basic' : 'full';
}

// With Global Privacy Control nothing is more than basic.
export const capped = (consent: Consent | undefined, privacyControl: boolean): Consent | undefined =>
  privacyControl && (!consent || consent === 'full') ? 'basic' : consent;
