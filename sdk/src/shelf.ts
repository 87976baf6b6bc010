// Storage in the browser under one prefix. Without consent to store, or if the browser forbids storage, entries are held
// in memory and end with the page.

export interface Shelf {
  get(name: string): string | null;
  put(name: string, text: string): void;
  drop(name: string): void;
  names(): string[]; // those of other pages included; one may be named twice
  // Uses the storage from now on and moves entries from memory there; or, with false, does not write to it any more.
  keep(durably: boolean): void;
  clear(): void; // removes all entries
}

export function shelf(prefix: string, storage: Storage | undefined): Shelf {
  const memory = new Map<string, string>();
  let durable = false;
  // Any call may throw if the storage is full or forbidden.
  const trying = <T>(act: () => T): T | undefined => {
    try {
      return act();
    } catch {
      return undefined;
    }
  };

  const self: Shelf = {
    get: name => memory.get(name) ?? trying(() => storage!.getItem(prefix + name)) ?? null,
    put(name, text) {
      memory.set(name, text);
      if (durable)
        trying(() => {
          storage!.setItem(prefix + name, text);
          memory.delete(name);
        });
    },
    drop(name) {
      memory.delete(name);
      trying(() => storage!.removeItem(prefix + name));
    },
    names: () => [
      ...memory.keys(),
      ...(trying(() => Object.keys(storage!)) ?? []).flatMap(key =>
        key.startsWith(prefix) ? key.slice(prefix.length) : [],
      ),
    ],
    keep(durably) {
      durable = durably;
      for (const [name, text] of [...memory]) self.put(name, text);
    },
    clear: () => self.names().forEach(self.drop),
  };
  return self;
}

// If the browser forbids storage, even accessing it throws.
export function browserStorage(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}
