import { Icon } from '../parts/icon.tsx';
import { kShell } from '../sentences/shell.ts';
import { object } from '../state/object.ts';
import { at, kNoHandle, place } from '../state/place.ts';
import { keys } from '../state/preferences.ts';
import { AccountMenu } from './account_menu.tsx';
import { kMenu } from './menu.tsx';
import { inspectorIsOpen, openPalette, toggleInspector } from './opened.ts';
import { landingOf, titleOf } from './views.ts';

const kIsMac = /Mac|iP/.test(navigator.platform);

function Crumbs() {
  const { handle, view } = place.value;
  const title = titleOf(place.value);
  const isHandle = handle && handle !== kNoHandle;
  return (
    <nav class="crumbs" aria-label={kShell.breadcrumb}>
      <ol>
        {isHandle && (
          <li>
            <a href={landingOf(handle)} title={handle}>
              {handle}
            </a>
          </li>
        )}
        {title &&
          (object.value ? (
            <>
              <li>
                <a href={at(view)} title={title}>
                  {title}
                </a>
              </li>
              <li>
                <span aria-current="page" title={object.value}>
                  {object.value}
                </span>
              </li>
            </>
          ) : (
            <li>
              <span aria-current="page" title={title}>
                {title}
              </span>
            </li>
          ))}
      </ol>
    </nav>
  );
}

export function Top() {
  return (
    <header class="top">
      <button type="button" class="btn flat ic menu" popovertarget={kMenu} aria-label={kShell.openMenu}>
        <Icon name="menu" />
      </button>
      <Crumbs />
      <button type="button" class="btn find" onClick={openPalette}>
        <Icon name="search" />
        <span>{kShell.find}</span>
        {keys.value === 'on' && <kbd>{kIsMac ? kShell.findKeys.mac : kShell.findKeys.other}</kbd>}
      </button>
      <button
        type="button"
        class="btn flat ic"
        aria-label={kShell.inspector}
        aria-expanded={inspectorIsOpen.value}
        title={keys.value === 'on' ? `${kShell.inspector} (i)` : kShell.inspector}
        onClick={toggleInspector}
      >
        <Icon name="code" />
      </button>
      <AccountMenu />
    </header>
  );
}
