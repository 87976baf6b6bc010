import type { IdGroup } from '../../state/people.ts';
import { counted } from '../../state/words.ts';

// What a join or a split is about: ids, and what is stored under them.
export const Groups = ({ groups }: { groups: readonly (readonly [string, IdGroup])[] }) => (
  <div class="columns" role="status">
    {groups.map(([title, { ids, sessions, spends }]) => (
      <section key={title} aria-label={title} class="id-group">
        <h3>{title}</h3>
        <ul class="mono small wrap">
          {ids.map(id => (
            <li key={id}>{id}</li>
          ))}
        </ul>
        <p class="small">
          {counted(sessions, 'session')}, {counted(spends, 'decision that counts', 'decisions that count')} toward
          frequency limits
        </p>
      </section>
    ))}
  </div>
);
