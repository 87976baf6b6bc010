// The views of the console: which page each is, and what it is called.
import type { ComponentType } from 'preact';
import { lazy } from '../parts/lazy.tsx';
import { kShell } from '../sentences/shell.ts';
import { addressOf, kNoHandle, type Place } from '../state/place.ts';

const { views: kTitles } = kShell;

interface View {
  title: string;
  page: ComponentType;
  aside?: boolean; // with the steps of the playbook and the session timeline beside it
}

const view = <Name extends string>(
  name: keyof typeof kTitles,
  load: () => Promise<Record<Name, ComponentType>>,
  page: Name,
  more: { aside?: boolean } = {},
): View => ({ title: kTitles[name], page: lazy(() => load().then(file => file[page])), ...more });

const kAside = { aside: true };

export const kViews: Record<string, View | undefined> = {
  home: view('home', () => import('../pages/home.tsx'), 'HomePage'),
  append: view('append', () => import('../pages/append.tsx'), 'AppendPage', kAside),
  resolve: view('resolve', () => import('../pages/resolve.tsx'), 'ResolvePage', kAside),
  subscribe: view('subscribe', () => import('../pages/subscribe.tsx'), 'SubscribePage', kAside),
  test: view('test', () => import('../pages/test.tsx'), 'TestPage', kAside),

  rules: view('rules', () => import('../pages/rules.tsx'), 'RulesPage'),
  people: view('people', () => import('../pages/people.tsx'), 'PeoplePage'),

  deliveries: view('deliveries', () => import('../pages/deliveries.tsx'), 'DeliveriesPage'),
  live: view('live', () => import('../pages/live.tsx'), 'LivePage'),
  sessions: view('sessions', () => import('../pages/sessions.tsx'), 'SessionsPage'),
  events: view('events', () => import('../pages/event.tsx'), 'EventPage'),
  decisions: view('decisions', () => import('../pages/decision.tsx'), 'DecisionPage'),

  endpoints: view('endpoints', () => import('../pages/endpoints.tsx'), 'EndpointsPage'),
  sources: view('sources', () => import('../pages/sources.tsx'), 'SourcesPage'),
  settings: view('settings', () => import('../pages/settings.tsx'), 'SettingsPage'),
  publish: view('publish', () => import('../pages/publish.tsx'), 'PublishPage'),
  import: view('import', () => import('../pages/import.tsx'), 'ImportPage'),
  tokens: view('tokens', () => import('../pages/tokens.tsx'), 'TokensPage'),
  members: view('members', () => import('../pages/members.tsx'), 'MembersPage'),
  audit: view('audit', () => import('../pages/audit.tsx'), 'AuditPage'),

  account: view('account', () => import('../pages/account.tsx'), 'AccountPage'),
  allowlist: view('allowlist', () => import('../pages/allowlist.tsx'), 'AllowlistPage'),
  users: view('users', () => import('../pages/users.tsx'), 'UsersPage'),
  backups: view('backups', () => import('../pages/backups.tsx'), 'BackupsPage'),
  cluster: view('cluster', () => import('../pages/cluster.tsx'), 'ClusterPage'),
};

// Where a handle begins.
export const landingOf = (handle: string) => addressOf([handle, kViews.home ? 'home' : 'append']);

// What the current view is called; '' for a place that is none.
export const titleOf = ({ handle, view, more }: Place) => {
  if (view === 'audit' && handle === kNoHandle) return kTitles.serverAudit;
  if (view === 'rules' && more[0] === '-' && more[1] === 'results') return kTitles.results;
  return kViews[view]?.title ?? '';
};
