// What the command palette offers: pages, actions, and the handle's objects.
import { ask, quietly } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import type { IconName } from '../../parts/icon.tsx';
import { kPalette } from '../../sentences/palette.ts';
import { kShell } from '../../sentences/shell.ts';
import { personAt } from '../../state/people.ts';
import { addressOf, at, kNoHandle, place } from '../../state/place.ts';
import { theme, type Theme } from '../../state/preferences.ts';
import { menu, nextStep } from '../menu_items.ts';
import { helpIsOpen, toggleInspector } from '../opened.ts';
import { kViews } from '../views.ts';

export interface Entry {
  id: string;
  title: string;
  note?: string; // at the right
  icon: IconName;
  href?: string; // where it leads
  run?: () => void; // or what it does
  words?: string; // more to find it by
}
export interface Group {
  title: string;
  entries: Entry[];
}
interface Rule {
  ruleId: string;
  name?: string;
  status?: string;
}
type Endpoint = components['schemas']['Subscription'];
export interface Objects {
  rules: Rule[];
  endpoints: Endpoint[];
}

const { groups: kGroups } = kPalette;
const kShown = 6; // entries of a group, but for pages

const isHandle = () => place.value.handle !== '' && place.value.handle !== kNoHandle;

export async function readObjects(handle: string): Promise<Objects> {
  if (!isHandle()) return { rules: [], endpoints: [] };
  const params = { params: { path: { handle }, query: { limit: 100 } } };
  const [rules, endpoints] = await Promise.all([
    ask(quietly.GET('/v2/handles/{handle}/chain-rules', params)),
    ask(quietly.GET('/v2/handles/{handle}/webhooks', params)),
  ]);
  return { rules: rules.ok ? (rules.data.items as Rule[]) : [], endpoints: endpoints.ok ? endpoints.data.items : [] };
}

// The people whose id begins with the text.
export async function findPeople(handle: string, q: string): Promise<Entry[]> {
  if (!isHandle() || q.length < 2) return [];
  const answer = await ask(
    quietly.GET('/v2/handles/{handle}/visitors', { params: { path: { handle }, query: { q, limit: kShown } } }),
  );
  if (!answer.ok) return [];
  return answer.data.items.map(({ id }) => ({
    id: `person-${id}`,
    title: id,
    icon: 'person',
    href: personAt(id),
  }));
}

const pages = (): Entry[] => [
  ...menu().flatMap(({ title, items }) =>
    items.map(({ title: name, icon, href }): Entry => ({ id: href, title: name, note: title, icon, href })),
  ),
  ...(isHandle()
    ? [
        { id: 'started', title: kShell.started, icon: 'flag', href: at(nextStep()) } as const,
        { id: 'simulate', title: kPalette.simulate, icon: 'play', href: at('rules', ['-', 'simulate']) } as const,
        { id: 'versions', title: kPalette.versions, icon: 'clock', href: at('rules', ['-', 'versions']) } as const,
        { id: 'traits', title: kPalette.traits, icon: 'people', href: at('people', ['-', 'traits']) } as const,
      ]
    : []),
  {
    id: 'account',
    title: kShell.account.page,
    icon: 'person',
    href: addressOf([place.value.handle || kNoHandle, 'account']),
  },
];

const actions = (): Entry[] => [
  ...(isHandle()
    ? ([
        { id: 'new-rule', title: kPalette.newRule, icon: 'plus', href: at('rules', ['+']) },
        {
          id: 'new-endpoint',
          title: kPalette.newEndpoint,
          icon: 'plus',
          href: at('endpoints', ['+']),
        },
        ...(kViews.publish
          ? [{ id: 'publish', title: kPalette.publish, icon: 'send', href: at('publish') } as const]
          : []),
        ...(kViews.import
          ? [{ id: 'import', title: kPalette.import, icon: 'upload', href: at('import') } as const]
          : []),
        { id: 'append', title: kPalette.appendSignal, icon: 'pulse', href: at('append') },
        { id: 'resolve', title: kPalette.tryDecision, icon: 'bolt', href: at('resolve') },
        { id: 'new-token', title: kPalette.newToken, icon: 'key', href: at('tokens') },
      ] satisfies Entry[])
    : []),
  ...(Object.entries(kPalette.themes) as [Theme, string][]).map(
    ([name, title]): Entry => ({
      id: `theme-${name}`,
      title,
      icon: 'sliders',
      run: () => {
        theme.value = name;
      },
    }),
  ),
  { id: 'inspector', title: kPalette.inspector, icon: 'code', run: toggleInspector },
  {
    id: 'shortcuts',
    title: kPalette.shortcuts,
    icon: 'info',
    run: () => {
      helpIsOpen.value = true;
    },
  },
  { id: 'docs', title: kPalette.reference, icon: 'book', run: () => void open('/docs', '_blank', 'noopener') },
];

const rulesAs = (rules: Rule[]): Entry[] =>
  rules.map(({ ruleId, name, status }) => ({
    id: `rule-${ruleId}`,
    title: name || ruleId,
    note: status,
    words: ruleId,
    icon: 'bolt',
    href: at('rules', [ruleId]),
  }));

const endpointAt = (id: string) => at('deliveries', [], { subscription: id });
const endpointsAs = (endpoints: Endpoint[]): Entry[] =>
  endpoints.map(({ subscriptionId, description, endpointUrl }) => ({
    id: `endpoint-${subscriptionId}`,
    title: description || endpointUrl,
    note: description ? endpointUrl : undefined,
    words: `${subscriptionId} ${endpointUrl}`,
    icon: 'plug',
    href: endpointAt(subscriptionId),
  }));

// What an id may name. Only some ids tell by themselves what they are of.
function byId(text: string): Entry[] {
  if (!isHandle() || text.length < 3 || /\s/.test(text)) return [];
  const one = (icon: IconName, title: string, href: string): Entry[] => [{ id: `id-${href}`, icon, title, href }];
  if (text.startsWith('evt_')) return one('send', kPalette.event(text), at('events', [text]));
  if (text.startsWith('dec_')) return one('bolt', kPalette.decision(text), at('decisions', [text]));
  if (text.startsWith('dlv_')) return one('send', kPalette.delivery(text), at('deliveries', [], { q: text }));
  if (text.startsWith('whs_')) return one('plug', kPalette.endpoint(text), endpointAt(text));
  return [
    ...one('clock', kPalette.session(text), at('sessions', [text])),
    ...one('people', kPalette.findPeople(text), at('people', [], { q: text })),
    ...one('send', kPalette.deliveriesWith(text), at('deliveries', [], { q: text })),
  ];
}

// Those with all words of the text, in any order; what begins with it first.
function fitting(entries: Entry[], text: string): Entry[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const whole = ({ title, note, words: more }: Entry) => `${title} ${note ?? ''} ${more ?? ''}`.toLowerCase();
  const begins = ({ title }: Entry) => title.toLowerCase().startsWith(text.toLowerCase());
  return entries
    .filter(entry => words.every(word => whole(entry).includes(word)))
    .sort((a, b) => Number(begins(b)) - Number(begins(a)));
}

export function search(text: string, { rules, endpoints }: Objects, people: Entry[]): Group[] {
  const objects = text
    ? [
        { title: kGroups.rules, entries: fitting(rulesAs(rules), text).slice(0, kShown) },
        { title: kGroups.people, entries: people },
        { title: kGroups.endpoints, entries: fitting(endpointsAs(endpoints), text).slice(0, kShown) },
      ]
    : [];
  return [
    ...objects,
    { title: kGroups.pages, entries: fitting(pages(), text) },
    { title: kGroups.actions, entries: fitting(actions(), text) },
    { title: kGroups.ids, entries: byId(text) },
  ].filter(({ entries }) => entries.length);
}
