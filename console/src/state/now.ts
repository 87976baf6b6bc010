// The present, once a second while somebody looks, for what counts down.
import { signal } from '@preact/signals';

export const now = signal(Date.now());

setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, 1000);
addEventListener('visibilitychange', () => {
  if (!document.hidden) now.value = Date.now();
});
