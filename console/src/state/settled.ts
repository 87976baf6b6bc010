import { useEffect, useState } from 'preact/hooks';

// The value, once it has not changed for so many milliseconds: for what is asked while somebody types.
export function useSettled<T>(value: T, after: number): T {
  const [settled, setSettled] = useState(value);
  const key = JSON.stringify(value);
  useEffect(() => {
    const late = setTimeout(() => setSettled(value), after);
    return () => clearTimeout(late);
  }, [key]);
  return settled;
}
