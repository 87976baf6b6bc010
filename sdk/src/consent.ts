// The visitor's consent, as one of our states or as a Google Consent Mode object.
import type { Consent } from './words.ts';

const kStates: readonly unknown[] = ['pending', 'denied', 'basic', 'full'];

// Undefined if it cannot be understood. Consent Mode: denied analytics storage is `denied`; any other denied purpose is
// `basic`.
export function understood(said: unknown): Consent | undefined {
  if (kStates.includes(said)) return said as Consent;
  const purposes = Object(said) as Record<string, unknown>;
  const { analytics_storage } = purposes;
  if (analytics_storage === 'denied') return analytics_storage;
  if (analytics_storage !== 'granted') return;
  return Object.values(purposes).some(one => one === 'denied' || one === false) ? 'basic' : 'full';
}

// Global Privacy Control limits consent to basic.
export const capped = (consent: Consent | undefined, privacyControl: boolean): Consent | undefined =>
  privacyControl && (!consent || consent === 'full') ? 'basic' : consent;
