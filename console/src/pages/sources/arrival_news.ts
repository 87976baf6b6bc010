import { useEffect, useRef } from 'preact/hooks';
import { kSources } from '../../sentences/sources.ts';
import { announce } from '../../state/announce.ts';

const kEvery = 10_000; // milliseconds between two announcements

// Tells a screen reader that something came, not what.
export function useArrivalNews(now: { arrived: number; refused: number }) {
  const current = useRef(now),
    before = useRef(now);
  current.current = now;
  useEffect(() => {
    const timer = setInterval(() => {
      const arrived = current.current.arrived - before.current.arrived,
        refused = current.current.refused - before.current.refused;
      before.current = current.current;
      if (arrived > 0 || refused > 0) announce(kSources.arrivals.announced(arrived, refused));
    }, kEvery);
    return () => clearInterval(timer);
  }, []);
}
