// The current time, updated every second while the page is visible.
import { signal } from '@preact/signals';

export const now = signal(Date.now());

setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, 1000);
addEventListener('visibilitychange', () => {
  if (!document.hidden) now.value = Date.now();
});
