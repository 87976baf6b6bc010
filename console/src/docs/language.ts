// The language of the samples, kept in this browser.
import { kept } from '../state/preferences.ts';
import type { Language } from './samples.ts';

export const language = kept<Language>('docs.language', 'curl', 'javascript', 'python');
