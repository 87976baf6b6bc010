// The order of a list, changed by drag or by keyboard.
import { useEffect, useRef, useState } from 'preact/hooks';

// The list with its element at `from` moved to `to`; the list itself if one of them is outside.
export function movedIn<T>(list: T[], from: number, to: number): T[] {
  if (from === to || !(from in list) || !(to in list)) return list;
  const moved = list.toSpliced(from, 1);
  moved.splice(to, 0, list[from]!);
  return moved;
}

// Where something dragged to the height `y` belongs: in the place of the row there.
export function placeAt(y: number, rows: { bottom: number }[]): number {
  const under = rows.findIndex(({ bottom }) => y < bottom);
  return under < 0 ? rows.length - 1 : under;
}

// What the rows and handles of a list need so that it can be ordered. `save` gets the ids in the order wanted; a later
// call replaces one that still waits.
export function useOrder(
  ids: string[],
  save: (ids: string[]) => Promise<boolean>,
  announce: (id: string, at: number) => void,
) {
  const [wanted, setWanted] = useState<string[] | null>(null),
    [held, setHeld] = useState<string | null>(null);
  const busy = useRef(false),
    next = useRef<string[] | null>(null),
    now = useRef(ids);
  const isSame = wanted?.length === ids.length && wanted.every(id => ids.includes(id));
  const order = isSame ? wanted : ids;
  now.current = order;
  useEffect(() => setWanted(null), [ids.join(' ')]); // the list itself has it now
  const put = (moved: string[]) => {
    now.current = moved;
    setWanted(moved);
  };
  const store = async (moved: string[]) => {
    next.current = moved;
    if (busy.current) return;
    busy.current = true;
    while (next.current) {
      const sent: string[] = next.current;
      next.current = null;
      const isStored = await save(sent);
      if (isStored) continue;
      next.current = null;
      setWanted(null);
    }
    busy.current = false;
  };
  const move = (id: string, to: number) => {
    const moved = movedIn(now.current, now.current.indexOf(id), to);
    if (moved === now.current) return;
    put(moved);
    announce(id, to);
    void store(moved);
  };
  const handle = (id: string) => ({
    onKeyDown(event: KeyboardEvent) {
      const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
      if (!step || !event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      move(id, now.current.indexOf(id) + step);
    },
    onPointerDown(event: PointerEvent) {
      if (event.button) return;
      const grip = event.currentTarget as HTMLElement,
        list = grip.closest('tbody')!,
        before = now.current;
      event.preventDefault(); // no text is selected
      grip.focus();
      grip.setPointerCapture(event.pointerId);
      setHeld(id);
      const drag = ({ clientY }: PointerEvent) => {
        const rows = [...list.rows].map(row => row.getBoundingClientRect());
        put(movedIn(now.current, now.current.indexOf(id), placeAt(clientY, rows)));
      };
      const end = (isDropped: boolean) => {
        grip.removeEventListener('pointermove', drag);
        grip.onpointerup = grip.onpointercancel = null;
        setHeld(null);
        if (!isDropped) return put(before);
        if (now.current === before || now.current.every((one, index) => one === before[index])) return;
        announce(id, now.current.indexOf(id));
        void store(now.current);
      };
      grip.addEventListener('pointermove', drag);
      grip.onpointerup = () => end(true);
      grip.onpointercancel = () => end(false);
    },
  });
  return { order, held, move, handle };
}
