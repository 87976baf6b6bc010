// What is kept in the browser under one prefix. Until something may be kept, or where the browser lets nothing be kept,
// it stands in memory and ends with the page.

export interface Shelf {
  get(name: string): string | null;
  put(name: string, text: string): void;
  drop(name: string): void;
  names(): string[]; // what other pages left, too
  keep(): void; // from now on in the storage, and so what stood in memory
  clear(): void; // nothing is left of anything
}

export function shelf(prefix: string, storage: Storage | undefined): Shelf {
  const memory = new Map<string, string>();
  let durable = false;
  // A full or forbidden storage throws at any call.
  const trying = <T>(act: () => T, otherwise: T): T => {
    try {
      return act();
    } catch {
      return otherwise;
    }
  };

  const self: Shelf = {
    get: name => memory.get(name) ?? trying(() => storage!.getItem(prefix + name), null),
    put(name, text) {
      memory.set(name, text);
      const store = () => {
        storage!.setItem(prefix + name, text);
        return true;
      };
      if (durable && trying(store, false)) memory.delete(name);
    },
    drop(name) {
      memory.delete(name);
      trying(() => storage!.removeItem(prefix + name), undefined);
    },
    names: () => [
      ...new Set([
        ...memory.keys(),
        ...trying(() => Object.keys(storage!), [])
          .filter(key => key.startsWith(prefix))
          .map(key => key.slice(prefix.length)),
      ]),
    ],
    keep() {
      durable = true;
      for (const [name, text] of [...memory]) self.put(name, text);
    },
    clear: () => self.names().forEach(self.drop),
  };
  return self;
}

// Where the browser forbids storage, even asking for it throws.
export function browserStorage(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}
