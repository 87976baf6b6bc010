import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { lazy } from '../parts/lazy.tsx';
import { Toast } from '../parts/toast.tsx';
import { useKeys } from '../state/keys.ts';
import { addressOf, at, go, place } from '../state/place.ts';
import { kSteps } from '../state/playbook.ts';
import { person } from '../state/sign_in.ts';
import { helpIsOpen, HelpSheet } from './help_sheet.tsx';
import { Inspector } from './inspector.tsx';
import { LeavingDialog } from './leaving_dialog.tsx';
import { Sidebar } from './sidebar.tsx';

interface View {
  title: string;
  page: ComponentType;
  aside?: boolean;
} // aside: with the session timeline next to it

const views: Record<string, View> = {
  append: {
    title: 'Append signals',
    aside: true,
    page: lazy(() => import('../pages/append.tsx').then(file => file.AppendPage)),
  },
  resolve: {
    title: 'Resolve and prefetch',
    aside: true,
    page: lazy(() => import('../pages/resolve.tsx').then(file => file.ResolvePage)),
  },
  subscribe: {
    title: 'Subscribe',
    aside: true,
    page: lazy(() => import('../pages/subscribe.tsx').then(file => file.SubscribePage)),
  },
  test: {
    title: 'Test a delivery',
    aside: true,
    page: lazy(() => import('../pages/test.tsx').then(file => file.TestPage)),
  },
  rules: { title: 'Rules', page: lazy(() => import('../pages/rules.tsx').then(file => file.RulesPage)) },
  deliveries: {
    title: 'Deliveries',
    page: lazy(() => import('../pages/deliveries.tsx').then(file => file.DeliveriesPage)),
  },
  live: { title: 'Live', page: lazy(() => import('../pages/live.tsx').then(file => file.LivePage)) },
  events: { title: 'Event', page: lazy(() => import('../pages/event.tsx').then(file => file.EventPage)) },
  sessions: { title: 'Sessions', page: lazy(() => import('../pages/sessions.tsx').then(file => file.SessionsPage)) },
  people: { title: 'People', page: lazy(() => import('../pages/people.tsx').then(file => file.PeoplePage)) },
  decisions: { title: 'Decision', page: lazy(() => import('../pages/decision.tsx').then(file => file.DecisionPage)) },
  members: { title: 'Members', page: lazy(() => import('../pages/members.tsx').then(file => file.MembersPage)) },
  users: { title: 'Users', page: lazy(() => import('../pages/users.tsx').then(file => file.UsersPage)) },
  account: { title: 'Your account', page: lazy(() => import('../pages/account.tsx').then(file => file.AccountPage)) },
  sources: { title: 'Sources', page: lazy(() => import('../pages/sources.tsx').then(file => file.SourcesPage)) },
  tokens: { title: 'Tokens', page: lazy(() => import('../pages/tokens.tsx').then(file => file.TokensPage)) },
  audit: { title: 'Audit', page: lazy(() => import('../pages/audit.tsx').then(file => file.AuditPage)) },
  backups: { title: 'Backups', page: lazy(() => import('../pages/backups.tsx').then(file => file.BackupsPage)) },
  allowlist: {
    title: 'Allowlist',
    page: lazy(() => import('../pages/allowlist.tsx').then(file => file.AllowlistPage)),
  },
};

const Timeline = lazy(() => import('../pages/timeline.tsx').then(file => file.Timeline));

function NoPlace() {
  const first = person.value?.handles[0]?.handle;
  return (
    <>
      <h1>Page not found</h1>
      <p>
        {first ? (
          <>
            Start with <a href={addressOf([first, 'append'])}>the playbook of {first}</a>.
          </>
        ) : (
          'This sign-in has no role on any handle. The owner of a handle can grant it one.'
        )}
      </p>
    </>
  );
}

export function Shell() {
  const { view, handle } = place.value;
  const shown = views[view];
  const title = shown?.title ?? 'Beckon';
  useEffect(() => {
    document.title = shown ? `${title} · ${handle} · Beckon` : 'Beckon';
  }, [title, handle]);
  useKeys([
    {
      key: '?',
      does: 'show or hide this sheet',
      run: () => {
        helpIsOpen.value = !helpIsOpen.value;
      },
    },
    ...kSteps.map(({ view: step, title: says }, index) => ({
      key: String(index + 1),
      does: says.toLowerCase(),
      run: () => go(at(step)),
    })),
  ]);
  const Page = shown?.page ?? NoPlace;
  return (
    <>
      {/* biome-ignore lint/a11y/useValidAnchor: it links to the content of this page and moves the focus there */}
      <a
        class="skip"
        href="#main"
        onClick={event => {
          event.preventDefault();
          document.getElementById('main')?.focus();
        }}
      >
        Skip to the content
      </a>
      <Sidebar />
      <div class={shown?.aside ? 'work aside' : 'work'}>
        <main id="main" tabIndex={-1}>
          <Page key={`${handle} ${view}`} />
        </main>
        {shown?.aside && <Timeline />}
      </div>
      <Inspector />
      <HelpSheet />
      <LeavingDialog />
      <Toast />
    </>
  );
}
