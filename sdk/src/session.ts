// The session of this browser: shared by its tabs, ended by inactivity.
import type { Shelf } from './shelf.ts';

export const randomId = (): string => {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map(byte => (byte % 36).toString(36)).join('');
};

export interface Session {
  id(): string; // the current one; starts a new one if the last has ended
  current(): string | undefined; // the last one, even if it has ended; starts none
  end(): void;
}

const kName = 'session';

export function session(shelf: Shelf, handle: string, idle: number, begun: (id: string) => void): Session {
  const read = () => shelf.get(kName)?.split(' ') ?? [];
  return {
    id() {
      let [id, seen] = read();
      const now = Date.now();
      if (!id || now - Number(seen) > idle) {
        id = `sig_${handle}_${now}_${randomId()}`;
        shelf.put(kName, `${id} ${now}`);
        begun(id);
      } else if (now - Number(seen) > 1_000) {
        shelf.put(kName, `${id} ${now}`);
      }
      return id;
    },
    current: () => read()[0],
    end: () => shelf.drop(kName),
  };
}
