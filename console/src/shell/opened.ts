// What of the frame is open over the page.
import { signal } from '@preact/signals';

export const helpIsOpen = signal(false);
export const inspectorIsOpen = signal(false);
export const paletteIsOpen = signal(false);

export const toggleInspector = () => {
  inspectorIsOpen.value = !inspectorIsOpen.value;
};
export const openPalette = () => {
  paletteIsOpen.value = true;
};

// Control or command with K, also while typing: no browser means anything by it inside a page.
addEventListener('keydown', event => {
  if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
  event.preventDefault();
  paletteIsOpen.value = !paletteIsOpen.value;
});
