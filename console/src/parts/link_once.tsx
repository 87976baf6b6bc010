import { kParts } from '../sentences/parts.ts';
import { Copy } from './copy.tsx';

interface Props {
  title: string;
  says: string;
  link: string; // below this page's origin, unless it names one
}

// A one-time link, shown once: no later response contains it, and neither does the inspector.
export function LinkOnce({ title, says, link }: Props) {
  const address = new URL(link, location.origin).href;
  return (
    <section class="panel pad stack s strong" aria-labelledby="link-once" role="status">
      <h2 id="link-once">{title}</h2>
      <p class="m">
        {says} {kParts.once}
      </p>
      <p class="secret">
        <code>{address}</code> <Copy text={address} what={kParts.link} />
      </p>
    </section>
  );
}
