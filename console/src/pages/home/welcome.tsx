import { at } from '../../state/place.ts';
import { kSteps } from '../../state/playbook.ts';
import { kHome } from '../../sentences/home.ts';

// Of a handle in which nothing has happened.
export function Welcome() {
  return (
    <section class="panel pad stack s" aria-labelledby="welcome">
      <h2 id="welcome">{kHome.emptyTitle}</h2>
      <p>{kHome.emptySays}</p>
      <ol class="stack s">
        {kSteps.map(({ view, title }, index) => (
          <li key={view}>
            {index + 1}. <a href={at(view)}>{title}</a>
          </li>
        ))}
      </ol>
      <div class="row">
        <a class="btn pri" href={at(kSteps[0].view)}>
          {kHome.start}
        </a>
        <a class="btn" href={at('rules', ['+'])}>
          {kHome.firstRule}
        </a>
      </div>
    </section>
  );
}
