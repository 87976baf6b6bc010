// The preferences kept in this browser: theme, time format, keyboard shortcuts.
import { effect, signal, type Signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';
export type Clock = 'local' | 'utc' | 'relative';

function kept<T extends string>(name: string, ...choices: [T, ...T[]]): Signal<T> {
  const before = localStorage.getItem(`beckon.${name}`) as T;
  const chosen = signal<T>(choices.includes(before) ? before : choices[0]);
  effect(() => localStorage.setItem(`beckon.${name}`, chosen.value));
  return chosen;
}

export const theme = kept<Theme>('theme', 'system', 'light', 'dark');
export const clock = kept<Clock>('clock', 'local', 'utc', 'relative');
export const keys = kept<'on' | 'off'>('keys', 'on', 'off');

effect(() => {
  if (theme.value === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme.value;
});
