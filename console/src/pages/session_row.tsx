import type { components } from '../api/described.d.ts';
import { Instant } from '../parts/instant.tsx';
import { at } from '../state/place.ts';
import { counted } from '../state/words.ts';

// A session in a list, as a link to its page. `who`: the visitor or browser to show with it; may be empty.
export const SessionRow = ({
  session,
  who,
}: {
  session: components['schemas']['SessionSummary'];
  who: string | null;
}) => (
  <a class="row" href={at('sessions', [session.sessionId])}>
    <span class="main mono small">{session.sessionId}</span>
    <span class="small">{counted(session.version, 'signal')}</span>
    <span class="quiet small wrap">{who ?? ''}</span>
    <span class="when">
      <Instant at={session.lastSignalAt} />
    </span>
  </a>
);
