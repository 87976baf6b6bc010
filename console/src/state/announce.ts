// The page's one polite live region. A short confirmation is also seen, as a toast; whatever has to be read stays on
// the page instead. What is behind an open dialog is inert, so the region moves into the topmost one.
const region = document.createElement('div');
region.setAttribute('role', 'status');
const heard = document.createElement('span');
heard.className = 'hide';
const toast = document.createElement('span');
toast.className = 'toast';
toast.hidden = true;
region.append(heard, toast);
document.body.append(region);

const kSpoken = 100; // milliseconds between moving or clearing the region and its new text, which is else not read
const kSeen = 4000;
const speaking = new Map<HTMLElement, ReturnType<typeof setTimeout>>(); // by line: news does not swallow a confirmation
let clearing: ReturnType<typeof setTimeout> | undefined;

// Moves it to where it can be read. Called as well when a dialog goes, with the region in it.
export function placeRegion() {
  const home = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document.body;
  if (region.parentElement !== home) home.append(region);
}

function say(line: HTMLElement, text: string) {
  placeRegion();
  line.textContent = '';
  clearTimeout(speaking.get(line));
  speaking.set(
    line,
    setTimeout(() => {
      line.textContent = text;
    }, kSpoken),
  );
}

// Read out, not shown: news that are on the page already. Not more often than every few seconds.
export const announce = (text: string) => say(heard, text);

// Read out and shown for four seconds.
export function confirmed(text: string) {
  toast.hidden = false;
  say(toast, text);
  clearTimeout(clearing);
  clearing = setTimeout(() => {
    toast.hidden = true;
    toast.textContent = '';
  }, kSeen);
}
