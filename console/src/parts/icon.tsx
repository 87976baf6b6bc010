// The icons of the page: strokes on a grid of 16, in the colour of their text. They only ever stand beside a word or on
// a button that has a name.
const kPaths = {
  home: 'M2 7.5 8 2l6 5.5M3.5 6.5V14h9V6.5M6.5 14v-4h3v4',
  flag: 'M3.5 14.5v-13M3.5 2.5H12L10 5.5l2 3H3.5',
  bolt: 'M9.5 1.5 3 9.5h4.5l-1 5 6.5-8H8.5z',
  chart: 'M2 2v12h12M5 11V8M8.5 11V4.5M12 11V6.5',
  person: 'M8 7.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6M2 14.5c0-3 2.5-4.5 6-4.5s6 1.5 6 4.5',
  people:
    'M6 7a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M1 14c0-3 2-4.5 5-4.5S11 11 11 14M10.5 2.3a2.5 2.5 0 0 1 0 4.4M12.5 9.8c1.7.7 2.5 2 2.5 4.2',
  send: 'M14.5 1.5 7 9M14.5 1.5 10 14.5 7 9 1.5 6z',
  pulse: 'M1 8h3l2-5.5 4 11L12 8h3',
  clock: 'M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13M8 4.5V8l2.5 2',
  globe: 'M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13M1.5 8h13M8 1.5c4 4 4 9 0 13-4-4-4-9 0-13',
  plug: 'M5.5 1.5v4M10.5 1.5v4M3.5 5.5h9V8a4.5 4.5 0 0 1-9 0zM8 12.5v2',
  sliders: 'M1.5 4.5h8M12.5 4.5h2M1.5 11.5h2M6.5 11.5h8M11 3v3M5 10v3',
  key: 'M5 14a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M7.5 8 14 1.5M11 4.5l2.5 2.5',
  list: 'M5.5 3.5h9M5.5 8h9M5.5 12.5h9M1.5 3.5h.01M1.5 8h.01M1.5 12.5h.01',
  page: 'M3 1.5h6.5L13 5v9.5H3zM9.5 1.5V5H13M5.5 8h5M5.5 11h5',
  book: 'M3 2.5h10v11H4.5A1.5 1.5 0 0 1 3 12zM3 12a1.5 1.5 0 0 1 1.5-1.5H13',
  shield: 'M8 1.5 13.5 4v4c0 3-2 5.5-5.5 6.5C4.5 13.5 2.5 11 2.5 8V4z',
  disk: 'M2 4c0-3 12-3 12 0v8c0 3-12 3-12 0zM2 4c0 3 12 3 12 0M2 8c0 3 12 3 12 0',
  nodes:
    'M8 5a2 2 0 1 0 0-4 2 2 0 0 0 0 4M3.5 15a2 2 0 1 0 0-4 2 2 0 0 0 0 4M12.5 15a2 2 0 1 0 0-4 2 2 0 0 0 0 4M7 5 4.5 11M9 5l2.5 6M5.5 13h5',
  upload: 'M8 10.5V2M4.5 5.5 8 2l3.5 3.5M2 11v3h12v-3',
  download: 'M8 2v8.5M4.5 7 8 10.5 11.5 7M2 11v3h12v-3',
  search: 'M7 12.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11M11 11l3.5 3.5',
  menu: 'M2 4h12M2 8h12M2 12h12',
  code: 'M5 4 1 8l4 4M11 4l4 4-4 4M9.5 2.5l-3 11',
  down: 'M3.5 6 8 10.5 12.5 6',
  up: 'M3.5 10 8 5.5l4.5 4.5',
  right: 'M6 3.5 10.5 8 6 12.5',
  left: 'M10 3.5 5.5 8l4.5 4.5',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  check: 'M2.5 8.5 6 12l7.5-8',
  alert: 'M8 1.5 15 14H1zM8 6v4M8 12h.01',
  info: 'M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13M8 7.5v4M8 4.5h.01',
  none: 'M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13M3.5 12.5l9-9',
  pause: 'M5.5 3v10M10.5 3v10',
  play: 'M4.5 2.5v11l9-5.5z',
  retry: 'M13.5 8A5.5 5.5 0 1 1 12 4M13.5 1.5v3h-3',
  plus: 'M8 2.5v11M2.5 8h11',
  edit: 'M2 14l1-4 8-8 3 3-8 8zM9.5 3.5l3 3',
  copy: 'M5.5 5.5h9v9h-9zM10.5 5.5v-4h-9v9h4',
  trash: 'M2 4h12M6 4V1.5h4V4M3.5 4l1 10.5h7l1-10.5',
  more: 'M3 8h.01M8 8h.01M13 8h.01',
  grip: 'M6 3h.01M10 3h.01M6 8h.01M10 8h.01M6 13h.01M10 13h.01',
  link: 'M6.5 9.5l3-3M7 4.5 9 2.5a3.2 3.2 0 0 1 4.5 4.5l-2 2M9 11.5l-2 2A3.2 3.2 0 0 1 2.5 9l2-2',
  out: 'M9.5 2h4.5v4.5M14 2 7.5 8.5M12 9.5V14H2V4h4.5',
  ghost: 'M3.5 14V7a4.5 4.5 0 0 1 9 0v7L10 12.5 8 14l-2-1.5z',
  gift: 'M2 8h12v6.5H2zM1.5 5h13v3h-13zM8 5v9.5M8 5C4 5 4 1.5 6 1.5S8 5 8 5s0-3.5 2-3.5S12 5 8 5',
  filter: 'M1.5 3h13L9.5 9v5l-3-1.5V9z',
} as const;

export type IconName = keyof typeof kPaths;

export const Icon = ({ name }: { name: IconName }) => (
  <svg class="i" viewBox="0 0 16 16" aria-hidden="true">
    <path d={kPaths[name]} />
  </svg>
);

export const Mark = () => (
  <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="8" />
    <path d="M10 7v18M10 17c0-3 2.4-5 5.7-5s5.8 2.3 5.8 6-2.4 6-5.8 6S10 21.5 10 19" />
    <circle cx="24" cy="8" r="2.5" />
  </svg>
);
