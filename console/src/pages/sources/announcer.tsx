import { useEffect, useRef, useState } from 'preact/hooks';
import { counted } from '../../state/words.ts';

const kEvery = 10_000; // milliseconds between two announcements

// Tells a screen reader that something came, not what.
export function Announcer(now: { arrived: number; refused: number }) {
  const [said, setSaid] = useState(''),
    current = useRef(now),
    before = useRef(now);
  current.current = now;
  useEffect(() => {
    const timer = setInterval(() => {
      const arrived = current.current.arrived - before.current.arrived,
        refused = current.current.refused - before.current.refused;
      before.current = current.current;
      if (arrived > 0 || refused > 0) setSaid(`${counted(arrived, 'new message')}, ${refused} refused`);
    }, kEvery);
    return () => clearInterval(timer);
  }, []);
  return (
    <p class="visually-hidden" role="status">
      {said}
    </p>
  );
}
