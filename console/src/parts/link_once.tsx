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
    <section class="card strong" aria-labelledby="link-once" role="status">
      <h2 id="link-once">{title}</h2>
      <p>{says} It is shown only once, and works once. Beckon sends no mail: pass it on yourself.</p>
      <p class="secret">
        <code class="wrap">{address}</code> <Copy text={address} what="link" />
      </p>
    </section>
  );
}
