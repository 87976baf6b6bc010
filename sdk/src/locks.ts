// Locks between the tabs of an origin, by name. Without Web Locks every lock is granted.
type Release = () => void;

const none: Release = () => {};

// Holds the lock until the returned function is called.
export function hold(name: string): Release {
  let release = none;
  const held = new Promise<void>(done => {
    release = done;
  });
  navigator.locks?.request(name, () => held).catch(none);
  return release;
}

// Takes the lock if it is free; undefined if it is not.
export const grab = (name: string) =>
  new Promise<Release | undefined>(done => {
    if (!navigator.locks) return done(none);
    navigator.locks
      .request(name, { ifAvailable: true }, lock => (lock ? new Promise<void>(done) : done(undefined)))
      .catch(() => done(none));
  });
