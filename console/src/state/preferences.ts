// The preferences kept in this browser: theme, time format, height of rows, keyboard shortcuts, what the menu shows.
import { effect, signal, type Signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';
export type Clock = 'local' | 'utc' | 'relative';

export function kept<T extends string>(name: string, ...choices: [T, ...T[]]): Signal<T> {
  const before = localStorage.getItem(`beckon.${name}`) as T;
  const chosen = signal<T>(choices.includes(before) ? before : choices[0]);
  effect(() => localStorage.setItem(`beckon.${name}`, chosen.value));
  return chosen;
}

export const theme = kept<Theme>('theme', 'system', 'light', 'dark');
export const clock = kept<Clock>('clock', 'local', 'utc', 'relative');
export const rows = kept<'roomy' | 'compact'>('rows', 'roomy', 'compact');
export const keys = kept<'on' | 'off'>('keys', 'on', 'off');
export const started = kept<'shown' | 'hidden'>('started', 'shown', 'hidden'); // Get started, in the menu

// As an attribute of the document, for the style sheet; none for the first choice.
function shown(name: string, chosen: Signal<string>, first: string) {
  effect(() => {
    if (chosen.value === first) delete document.documentElement.dataset[name];
    else document.documentElement.dataset[name] = chosen.value;
  });
}
shown('theme', theme, 'system');
shown('rows', rows, 'roomy');
