// The menu: its groups, and where each of its items leads. The command palette offers the same.
import type { IconName } from '../parts/icon.tsx';
import { kShell } from '../sentences/shell.ts';
import { addressOf, at, kNoHandle, place, type Place } from '../state/place.ts';
import { done, kSteps } from '../state/playbook.ts';
import { isAdmin } from '../state/sign_in.ts';
import { kViews } from './views.ts';

const { views: kTitles, groups: kGroups } = kShell;

export interface Item {
  title: string;
  icon: IconName;
  href: string;
  isHere: (place: Place) => boolean;
}
export interface Group {
  title: string;
  items: Item[];
}

const isResults = ({ view, more }: Place) => view === 'rules' && more[0] === '-' && more[1] === 'results';
const of = (view: keyof typeof kTitles, icon: IconName): Item[] =>
  kViews[view] ? [{ title: kTitles[view], icon, href: at(view), isHere: here => here.view === view }] : [];

// The first step of the playbook that is not done.
export const nextStep = () => kSteps.find(({ view }) => !done.value[view])?.view ?? kSteps[0].view;

const kPlaybook: string[] = kSteps.map(({ view }) => view);
export const isPlaybook = ({ view }: Place) => kPlaybook.includes(view);

const ofHandle = (): Group[] => [
  { title: '', items: of('home', 'home') },
  {
    title: kGroups.engage,
    items: [
      {
        title: kTitles.rules,
        icon: 'bolt',
        href: at('rules'),
        isHere: here => here.view === 'rules' && !isResults(here),
      },
      { title: kTitles.results, icon: 'chart', href: at('rules', ['-', 'results']), isHere: isResults },
      ...of('people', 'people'),
    ],
  },
  {
    title: kGroups.observe,
    items: [...of('deliveries', 'send'), ...of('live', 'pulse'), ...of('sessions', 'clock')],
  },
  {
    title: kGroups.configure,
    items: [
      ...of('endpoints', 'plug'),
      ...of('sources', 'globe'),
      ...of('settings', 'sliders'),
      ...of('publish', 'plus'),
      ...of('import', 'upload'),
      ...of('tokens', 'key'),
      ...of('members', 'person'),
      ...of('audit', 'list'),
    ],
  },
];

const ofServer = (): Group => ({
  title: kGroups.server,
  items: [
    ...(['allowlist', 'users', 'backups', 'cluster'] as const).map(
      (view, index): Item => ({
        title: kTitles[view],
        icon: (['shield', 'people', 'disk', 'nodes'] as const)[index]!,
        href: addressOf([kNoHandle, view]),
        isHere: here => here.view === view,
      }),
    ),
    {
      title: kTitles.serverAudit,
      icon: 'list',
      href: addressOf([kNoHandle, 'audit']),
      isHere: ({ handle, view }) => handle === kNoHandle && view === 'audit',
    },
  ],
});

export function menu(): Group[] {
  const { handle } = place.value;
  const isHandle = handle !== '' && handle !== kNoHandle;
  return [...(isHandle ? ofHandle() : []), ...(isAdmin.value ? [ofServer()] : [])];
}
