import type { ComponentChildren } from 'preact';
import { Icon, Mark } from '../parts/icon.tsx';
import { kSignIn } from '../sentences/sign_in.ts';

const { pitch: kWords } = kSignIn;

// The page of somebody who is not signed in: what they do there, and beside it what the product does.
export const Gate = ({ says, children }: { says: ComponentChildren; children: ComponentChildren }) => (
  <div class="gate">
    <main id="main">
      <div class="row">
        <Mark />
        <h1>{kSignIn.product}</h1>
      </div>
      <p class="m">{says}</p>
      {children}
    </main>
    <aside class="pitch" aria-label={kWords.label}>
      <h2 class="big">{kWords.title}</h2>
      <ul class="stack s">
        {kWords.points.map(text => (
          <li key={text} class="row tight">
            <Icon name="check" />
            {text}
          </li>
        ))}
      </ul>
      <p class="sm">{kWords.yours}</p>
    </aside>
  </div>
);
