// The visitor's consent, as one of our states or as a Google Consent Mode object.
import type { Consent } from './words.ts';

const kStates: readonly unknown[] = ['pending', 'denied', 'basic', 'full'];

// Undefined if it cannot be understood. Consent Mode: denied analytics storage is `denied`; any other denied purpose is
// `basic`.
export function understood(said: unknown): Consent | undefined {
  if (kStates.includes(said)) return said as Consent;
  const purposes = said as Record<string, unknown> | null;
  if (typeof purposes !== 'object' || !purposes || !purposes.analytics_storage) return;
  if (purposes.analytics_storage !== 'granted') return 'denied';
  return Object.values(purposes).includes('denied') ? 'basic' : 'full';
}

// Global Privacy Control limits consent to basic.
export const capped = (consent: Consent | undefined, privacyControl: boolean): Consent | undefined =>
  privacyControl && (!consent || consent === 'full') ? 'basic' : consent;
