import { useEffect, useLayoutEffect } from 'preact/hooks';
import { lazy } from '../parts/lazy.tsx';
import { SkipLink } from '../parts/skip_link.tsx';
import { kShell } from '../sentences/shell.ts';
import { useKeys } from '../state/keys.ts';
import { object } from '../state/object.ts';
import { at, go, kNoHandle, place } from '../state/place.ts';
import { kSteps } from '../state/playbook.ts';
import { person } from '../state/sign_in.ts';
import { headingFocus } from './heading_focus.ts';
import { Inspector } from './inspector.tsx';
import { LeavingDialog } from './leaving_dialog.tsx';
import { Menu } from './menu.tsx';
import { helpIsOpen, paletteIsOpen } from './opened.ts';
import { Steps } from './steps.tsx';
import { Top } from './top.tsx';
import { kViews, landingOf, titleOf } from './views.ts';

const Timeline = lazy(() => import('../pages/timeline.tsx').then(file => file.Timeline));
const HelpSheet = lazy(() => import('./help_sheet.tsx').then(file => file.HelpSheet));
const Palette = lazy(() => import('./palette.tsx').then(file => file.Palette));

function NoPlace() {
  const { handle, view } = place.value;
  const first = person.value?.handles[0]?.handle;
  const lands = !!handle && handle !== kNoHandle && !view;
  useEffect(() => {
    if (lands) go(landingOf(handle), { replace: true });
  }, [lands, handle]);
  if (lands) return null;
  return (
    <>
      <div class="head">
        <h1>{kShell.nowhere.title}</h1>
      </div>
      <p>
        {first ? (
          <>
            {kShell.nowhere.startAt} <a href={landingOf(first)}>{kShell.nowhere.ofHandle(first)}</a>.
          </>
        ) : (
          kShell.nowhere.noRole
        )}
      </p>
    </>
  );
}

function useTitle() {
  const { handle } = place.value;
  const title = object.value || titleOf(place.value);
  useEffect(() => {
    document.title = kShell.title(title ? [title, handle].filter(part => part && part !== kNoHandle) : []);
  }, [title, handle]);
}

export function Shell() {
  const { view, handle, more } = place.value;
  const shown = kViews[view];
  useTitle();
  useLayoutEffect(headingFocus, [handle, view, more.join('/')]);
  useKeys([
    {
      key: '?',
      does: kShell.keys.sheet,
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
  const page = (
    <main id="main" class="main" tabIndex={-1}>
      <Page key={`${handle} ${view}`} />
    </main>
  );
  return (
    <>
      <SkipLink>{kShell.skip}</SkipLink>
      <div class="app">
        <Menu />
        <div class="work">
          <Top />
          {shown?.aside ? (
            <div class="aside">
              <Steps />
              {page}
              <Timeline />
            </div>
          ) : (
            page
          )}
          <Inspector />
        </div>
      </div>
      {paletteIsOpen.value && <Palette />}
      {helpIsOpen.value && <HelpSheet />}
      <LeavingDialog />
    </>
  );
}
