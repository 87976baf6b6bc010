// The signals that will be appended, with visitor, consent and context.
import { signal } from '@preact/signals';
import { kPresets, type NewSignal } from './storylines.ts';

export interface Draft {
  signals: NewSignal[];
  visitorId: string;
  consent: string; // '': the default of the handle
  page: string;
  device: string;
  country: string;
}

export const draft = signal<Draft>({
  signals: [kPresets[0]!.signal],
  visitorId: '',
  consent: '',
  page: '',
  device: '',
  country: '',
});

export const change = (changes: Partial<Draft>) => {
  draft.value = { ...draft.value, ...changes };
};

export function bodyOf(
  handle: string,
  sessionId: string,
  { signals, visitorId, consent, page, device, country }: Draft,
) {
  const context = Object.fromEntries(Object.entries({ page, device, country }).filter(([, value]) => value));
  return {
    handle,
    sessionId,
    signals,
    ...(visitorId && { visitorId }),
    ...(consent && { consent: consent as 'full' | 'basic' | 'denied' }),
    ...(Object.keys(context).length > 0 && { context }),
  };
}
