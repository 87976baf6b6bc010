// What happened, one under the other: the same for a person, a session, a delivery and its cause.
import './timeline_list.css';
import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.tsx';
import { Instant } from './instant.tsx';

export interface Entry {
  key: string;
  icon: IconName;
  tone?: 'good' | 'warn' | 'bad' | 'info' | '';
  what: ComponentChildren;
  more?: ComponentChildren; // below it
  at: string | null; // an instant
  id?: string; // of the element, to be led to
  kind?: string; // a class
}

export const TimelineList = ({ entries, label }: { entries: Entry[]; label?: string }) => (
  <ol class="tl" aria-label={label}>
    {entries.map(({ key, icon, tone = '', what, more, at, id, kind }) => (
      <li key={key} id={id} class={kind} tabIndex={id ? -1 : undefined}>
        <span class={`dot ${tone}`}>
          <Icon name={icon} />
        </span>
        <div>
          {what}
          {more}
        </div>
        {at && <Instant at={at} />}
      </li>
    ))}
  </ol>
);
