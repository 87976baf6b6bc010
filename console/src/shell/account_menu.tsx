import { Icon } from '../parts/icon.tsx';
import { Segments } from '../parts/segments.tsx';
import { kShell, roleNamed } from '../sentences/shell.ts';
import { addressOf, kNoHandle, place } from '../state/place.ts';
import { clock, keys, rows, started, theme } from '../state/preferences.ts';
import { isAdmin, person, roleOn } from '../state/sign_in.ts';
import { askFirst } from '../state/unsaved.ts';
import { helpIsOpen } from './opened.ts';
import { leave } from './signing_in.ts';

const { account: kWords } = kShell;

const initials = (subject: string) =>
  subject
    .split('@')[0]!
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .slice(0, 2)
    .map(word => [...word][0]!.toUpperCase())
    .join('') || '?';

function Ticks({ label, on, set }: { label: string; on: boolean; set: (on: boolean) => void }) {
  return (
    <label class="check">
      <input type="checkbox" checked={on} onChange={event => set(event.currentTarget.checked)} />
      {label}
    </label>
  );
}

export function AccountMenu() {
  const { handle } = place.value;
  const subject = person.value?.subject ?? '';
  const role = roleNamed(roleOn(handle));
  const says = [role && kWords.onHandle(role, handle), isAdmin.value && kWords.admin].filter(Boolean).join(', ');
  return (
    <>
      <button type="button" class="btn flat ic" popovertarget="me" aria-label={kWords.open(subject)}>
        <span class="avatar" aria-hidden="true">
          {initials(subject)}
        </span>
      </button>
      <div id="me" popover="auto" class="pop">
        <div class="stack s">
          <p class="wrap">
            <span class="b">{subject}</span>
            <br />
            <span class="m sm">{says}</span>
          </p>
          <Segments
            label={kWords.theme}
            shown
            value={theme.value}
            choices={Object.entries(kWords.themes) as [typeof theme.value, string][]}
            onChange={value => {
              theme.value = value;
            }}
          />
          <Segments
            label={kWords.times}
            shown
            value={clock.value}
            choices={Object.entries(kWords.clocks) as [typeof clock.value, string][]}
            onChange={value => {
              clock.value = value;
            }}
          />
          <Ticks
            label={kWords.compact}
            on={rows.value === 'compact'}
            set={on => {
              rows.value = on ? 'compact' : 'roomy';
            }}
          />
          <Ticks
            label={kWords.showStarted}
            on={started.value === 'shown'}
            set={on => {
              started.value = on ? 'shown' : 'hidden';
            }}
          />
          <a class="btn" href={addressOf([handle || kNoHandle, 'account'])}>
            <Icon name="person" />
            {kWords.page}
          </a>
          <button
            type="button"
            class="btn"
            onClick={() => {
              helpIsOpen.value = true;
            }}
          >
            {kWords.shortcuts}
            {keys.value === 'on' && <kbd>?</kbd>}
          </button>
          <a class="btn" href="/docs" target="_blank" rel="noreferrer">
            <Icon name="book" />
            {kWords.reference}
          </a>
          <button type="button" class="btn" onClick={() => askFirst(leave)}>
            {kWords.signOut}
          </button>
        </div>
      </div>
    </>
  );
}
