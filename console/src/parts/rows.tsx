// A long list of links of equal height: only those near the viewport are in the document, however long the list is.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { kParts } from '../sentences/parts.ts';
import { useKeys } from '../state/keys.ts';

interface Props<T> {
  items: T[];
  idOf: (item: T) => string;
  link: (item: T) => string;
  row: (item: T) => preact.ComponentChildren;
  label: string;
  onEnd?: () => void; // called near the end, to load more
}

const kAround = 12; // rows kept beyond the viewport on either side
const kHeights = matchMedia('(width < 62rem)');
const heightOf = () => (kHeights.matches ? 76 : 46); // pixels, as --row-height in legacy.css

export function Rows<T>({ items, idOf, link, row, label, onEnd }: Props<T>) {
  const here = useRef<HTMLOListElement>(null);
  const [[from, to], setShown] = useState<[number, number]>([0, 60]);
  const look = () => {
    const top = here.current?.getBoundingClientRect().top ?? 0,
      height = heightOf();
    const first = Math.max(0, Math.floor(-top / height) - kAround),
      last = Math.ceil((innerHeight - top) / height) + kAround;
    setShown(before => (before[0] === first && before[1] === last ? before : [first, last]));
    if (last >= items.length) onEnd?.();
  };
  useLayoutEffect(look, [items]);
  useEffect(() => {
    let frame = 0;
    const soon = () => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        look();
      });
    };
    addEventListener('scroll', soon, { passive: true, capture: true });
    addEventListener('resize', soon);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener('scroll', soon, { capture: true });
      removeEventListener('resize', soon);
    };
  });
  useRowKeys(here);
  const height = heightOf(),
    last = Math.min(to, items.length);
  return (
    <ol class="list" aria-label={label} ref={here} style={{ height: `${items.length * height}px` }}>
      {items.slice(from, last).map((item, index) => (
        <li
          key={idOf(item)}
          style={{ top: `${(from + index) * height}px` }}
          aria-setsize={items.length}
          aria-posinset={from + index + 1}
        >
          <a class="line" href={link(item)}>
            {row(item)}
          </a>
        </li>
      ))}
    </ol>
  );
}

// j and k move between links; Enter opens one natively.
function useRowKeys(list: { current: HTMLElement | null }) {
  const move = (by: number) => {
    const links = [...(list.current?.querySelectorAll<HTMLAnchorElement>('a.line') ?? [])];
    const next =
      links[links.indexOf(document.activeElement as HTMLAnchorElement) + by] ?? links[by > 0 ? 0 : links.length - 1];
    next?.focus({ preventScroll: true });
    next?.scrollIntoView({ block: 'nearest' });
  };
  useKeys([
    { key: 'j', does: kParts.nextRow, run: () => move(1) },
    { key: 'k', does: kParts.rowBefore, run: () => move(-1) },
  ]);
}
