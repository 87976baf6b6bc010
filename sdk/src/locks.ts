// Locks between the tabs of an origin, by name. Without Web Locks every lock is granted.
type Release = () => void;

const manager = () => (typeof navigator === 'undefined' ? undefined : navigator.locks);

// Holds the lock until the returned function is called.
export function hold(name: string): Release {
  let release: Release = () => {};
  const held = new Promise<void>(done => {
    release = done;
  });
  manager()
    ?.request(name, () => held)
    .catch(() => {});
  return release;
}

// Takes the lock if it is free; undefined if it is not.
export async function grab(name: string): Promise<Release | undefined> {
  const locks = manager();
  if (!locks) return () => {};
  return new Promise(done => {
    locks
      .request(name, { ifAvailable: true }, lock => {
        if (!lock) return done(undefined);
        return new Promise<void>(release => done(release));
      })
      .catch(() => done(() => {}));
  });
}
