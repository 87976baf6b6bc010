import { useEffect, useRef } from 'preact/hooks';
import { Icon, Mark } from '../parts/icon.tsx';
import { kShell, roleNamed } from '../sentences/shell.ts';
import { confirmed } from '../state/announce.ts';
import { at, go, kNoHandle, place } from '../state/place.ts';
import { done, kSteps } from '../state/playbook.ts';
import { usePoll } from '../state/poll.ts';
import { started } from '../state/preferences.ts';
import { person, roleOn } from '../state/sign_in.ts';
import { learnSteps } from '../state/steps.ts';
import { isPlaybook, menu, nextStep, type Item } from './menu_items.ts';
import { landingOf } from './views.ts';

export const kMenu = 'menu'; // the id of the menu, which is a popover on a narrow screen

function Started() {
  const { handle } = place.value;
  const isHidden = started.value === 'hidden' && !isPlaybook(place.value);
  usePoll(0, async () => isHidden || learnSteps(handle), [handle, isHidden]);
  if (started.value === 'hidden') return null;
  const hide = () => {
    started.value = 'hidden';
    confirmed(kShell.startedHidden);
  };
  return (
    <li>
      <a href={at(nextStep())} aria-current={isPlaybook(place.value) ? 'page' : undefined}>
        <Icon name="flag" />
        {kShell.started}
        <span class="count">{kShell.stepsDone(Object.keys(done.value).length, kSteps.length)}</span>
      </a>
      <button type="button" class="btn flat ic" aria-label={kShell.hideStarted} onClick={hide}>
        <Icon name="close" />
      </button>
    </li>
  );
}

const Entry = ({ item }: { item: Item }) => (
  <li>
    <a href={item.href} aria-current={item.isHere(place.value) ? 'page' : undefined}>
      <Icon name={item.icon} />
      {item.title}
    </a>
  </li>
);

function Handle() {
  const { handle } = place.value;
  const handles = person.value?.handles ?? [];
  const list = useRef<HTMLDivElement>(null);
  const role = roleNamed(roleOn(handle));
  const name = (
    <>
      <Mark />
      <span>
        <span class="b cut" title={handle}>
          {handle === kNoHandle || !handle ? kShell.product : handle}
        </span>
        {role && <span class="m xs">{role}</span>}
      </span>
    </>
  );
  if (handles.length < 2)
    return (
      <a class="shop" href={handle && handle !== kNoHandle ? landingOf(handle) : '#main'}>
        {name}
      </a>
    );
  return (
    <>
      <button
        type="button"
        class="shop"
        popovertarget="handles"
        aria-label={kShell.switchHandle(handle, role || kShell.account.admin)}
      >
        {name}
        <span class="push">
          <Icon name="down" />
        </span>
      </button>
      <div id="handles" popover="auto" class="pop right" ref={list}>
        <ul aria-label={kShell.handles}>
          {handles.map(one => (
            <li key={one.handle}>
              <a
                href={landingOf(one.handle)}
                aria-current={one.handle === handle ? 'true' : undefined}
                onClick={event => {
                  event.preventDefault();
                  list.current?.hidePopover();
                  go(landingOf(one.handle));
                }}
              >
                <span class="cut" title={one.handle}>
                  {one.handle}
                </span>
                <span class="count">{roleNamed(one.role)}</span>
              </a>
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}

export function Menu() {
  const here = useRef<HTMLElement>(null);
  const { handle, view, more } = place.value;
  const close = () => {
    if (here.current?.matches(':popover-open')) here.current.hidePopover();
  };
  // It closes after navigation, and where there is room for it beside the page.
  useEffect(close, [handle, view, more.join('/')]);
  useEffect(() => {
    const wide = matchMedia('(width >= 62rem)'); // as in narrow.css
    wide.addEventListener('change', close);
    return () => wide.removeEventListener('change', close);
  }, []);
  return (
    <nav class="side" id={kMenu} popover="auto" aria-label={kShell.menu} ref={here}>
      <Handle />
      {menu().map(({ title, items }, index) => (
        <div key={title}>
          {title && <h2 id={`menu-${index}`}>{title}</h2>}
          <ul aria-labelledby={title ? `menu-${index}` : undefined}>
            {items.map(item => (
              <Entry key={item.href} item={item} />
            ))}
            {!title && <Started />}
          </ul>
        </div>
      ))}
    </nav>
  );
}
