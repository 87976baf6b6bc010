import { Icon } from '../parts/icon.tsx';
import { Instant } from '../parts/instant.tsx';
import { kShell } from '../sentences/shell.ts';
import { at, place } from '../state/place.ts';
import { done, kSteps } from '../state/playbook.ts';

// The four steps of the playbook, each with when it was done.
export function Steps() {
  return (
    <nav class="stick" aria-label={kShell.playbook}>
      <ol class="steps">
        {kSteps.map(({ view, title, says }, index) => {
          const when = done.value[view];
          return (
            <li key={view} class={when ? 'done' : ''}>
              <a href={at(view)} aria-current={place.value.view === view ? 'step' : undefined}>
                <span class="num" aria-hidden="true">
                  {when ? <Icon name="check" /> : index + 1}
                </span>
                {title}
                <small class="m xs">
                  {when ? (
                    <>
                      {kShell.done} <Instant at={when} />
                    </>
                  ) : (
                    says
                  )}
                </small>
              </a>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
