// A short confirmation. Errors are shown on the page instead, where they stay.
import { signal } from '@preact/signals';

const line = signal('');
let clearing: ReturnType<typeof setTimeout> | undefined;

export function confirmed(text: string) {
  clearTimeout(clearing);
  line.value = '';
  queueMicrotask(() => {
    line.value = text;
  });
  clearing = setTimeout(() => {
    line.value = '';
  }, 4000);
}

export const Toast = () => (
  <div class="toast" role="status" aria-live="polite">
    {line.value && <span>{line.value}</span>}
  </div>
);
