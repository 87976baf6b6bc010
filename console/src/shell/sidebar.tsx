import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { Instant } from '../parts/instant.tsx';
import { addressOf, at, go, kNoHandle, place } from '../state/place.ts';
import { done, kSteps } from '../state/playbook.ts';
import { isAdmin, person, roleOn } from '../state/sign_in.ts';
import { Account } from './account.tsx';

const kViews = [
  ['rules', 'Rules'],
  ['deliveries', 'Deliveries'],
  ['live', 'Live'],
  ['sessions', 'Sessions'],
  ['people', 'People'],
  ['sources', 'Sources'],
  ['tokens', 'Tokens'],
  ['members', 'Members'],
  ['audit', 'Audit'],
] as const;

// Of the server, for platform admins.
const kAdminViews = [
  ['allowlist', 'Allowlist'],
  ['users', 'Users'],
  ['backups', 'Backups'],
] as const;

const Mark = () => (
  <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="8" />
    <path d="M10 7v18M10 17c0-3 2.400-5 5.700-5s5.800 2.300 5.800 6-2.400 6-5.800 6S10 21.500 10 19" />
    <circle cx="24" cy="8" r="2.500" />
  </svg>
);

const current = (view: string) => (place.value.view === view ? 'page' : undefined);

function HandlePicker() {
  const { handle } = place.value;
  const handles = person.value?.handles.map(grant => grant.handle) ?? [];
  const role = roleOn(handle);
  return (
    <div class="handle">
      <label for="handle">Handle</label>
      {handles.length > 1 ? (
        <select
          id="handle"
          value={handle}
          onChange={event => {
            go(addressOf([event.currentTarget.value, place.value.view || 'append']));
            event.currentTarget.value = place.value.handle; // it stays if there are unsaved changes
          }}
        >
          {handles.map(name => (
            <option key={name}>{name}</option>
          ))}
        </select>
      ) : (
        <output id="handle">{handle || '–'}</output>
      )}
      {role && <span class="chip">{role}</span>}
    </div>
  );
}

function Rail() {
  return (
    <ol class="rail">
      {kSteps.map(({ view, title, says }, index) => {
        const when = done.value[view];
        return (
          <li key={view} class={when ? 'done' : ''}>
            <a href={at(view)} aria-current={place.value.view === view ? 'step' : undefined}>
              <span class="number" aria-hidden="true">
                {when ? '✓' : index + 1}
              </span>
              <span class="step">
                {title}
                <small>
                  {when ? (
                    <>
                      done <Instant at={when} />
                    </>
                  ) : (
                    says
                  )}
                </small>
              </span>
            </a>
          </li>
        );
      })}
    </ol>
  );
}

const kNarrow = matchMedia('(width < 56rem)');

export function Sidebar() {
  const menu = useRef<HTMLDetailsElement>(null);
  const { handle, view, more } = place.value;
  const isHandle = handle !== '' && handle !== kNoHandle;
  // The menu is closed on a narrow screen, and always open on a wide one, which has no button for it.
  useLayoutEffect(() => {
    const fit = () => {
      menu.current!.open = !kNarrow.matches;
    };
    fit();
    kNarrow.addEventListener('change', fit);
    return () => kNarrow.removeEventListener('change', fit);
  }, []);
  // On a narrow screen it closes after navigation.
  useEffect(() => {
    if (menu.current && kNarrow.matches) menu.current.open = false;
  }, [handle, view, more.join('/')]);
  return (
    <header class="sidebar">
      <a class="brand" href={at('append')}>
        <Mark />
        Beckon
      </a>
      <details class="menu" ref={menu}>
        <summary class="button quiet">Menu</summary>
        <div class="menu-body">
          {isHandle && <HandlePicker />}
          {isHandle && (
            <nav aria-label="Playbook">
              <h2>Playbook</h2>
              <Rail />
            </nav>
          )}
          <nav aria-label="Views">
            <h2>Operate</h2>
            <ul class="views">
              {isHandle &&
                kViews.map(([name, title]) => (
                  <li key={name}>
                    <a href={at(name)} aria-current={current(name)}>
                      {title}
                    </a>
                  </li>
                ))}
              {isAdmin.value &&
                kAdminViews.map(([name, title]) => (
                  <li key={name}>
                    <a href={addressOf([kNoHandle, name])} aria-current={current(name)}>
                      {title}
                    </a>
                  </li>
                ))}
              {isAdmin.value && (
                <li>
                  <a href={addressOf([kNoHandle, 'audit'])} aria-current={isHandle ? undefined : current('audit')}>
                    Server audit log
                  </a>
                </li>
              )}
            </ul>
          </nav>
          <Account />
        </div>
      </details>
    </header>
  );
}
