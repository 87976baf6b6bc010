import './people.css';
import { kGroups } from '../../sentences/people.ts';
import type { IdGroup } from '../../state/people.ts';

// What a join or a split is about: ids, and what is stored under them.
export const Groups = ({ groups }: { groups: readonly (readonly [string, IdGroup])[] }) => (
  <div class="form" role="status">
    {groups.map(([title, { ids, sessions, spends }]) => (
      <section key={title} aria-label={title} class="id-group">
        <h3>{title}</h3>
        <ul class="mono sm wrap">
          {ids.map(id => (
            <li key={id}>{id}</li>
          ))}
        </ul>
        <p class="sm">{kGroups.what(sessions, spends)}</p>
      </section>
    ))}
  </div>
);
