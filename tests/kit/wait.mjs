// Waiting for conditions, never for time to pass: the deadline only ends a failed wait.

// Polls until `ask` returns something truthy, and returns it: the longer it takes, the rarer. The error has its last value.
export async function until(what, ask, within = 15_000) {
  const began = Date.now();
  const end = began + within;
  let last;
  for (;;) {
    last = await ask();
    if (last) return last;
    if (Date.now() > end) throw new Error(`not so within ${within} ms: ${what}`);
    const pause = Math.min(Math.max(15, (Date.now() - began) / 20), 250);
    await new Promise(resolve => setTimeout(resolve, pause));
  }
}

// After a server has died: waits until everything it sent has been read, so that later arrivals are from the next run.
export async function silent(...receivers) {
  let quiet = 0; // polls in a row without a connection; after the first, pending ones would have appeared
  await until('what the dead process had sent is read', async () => {
    const open = await Promise.all(receivers.map(here => here.connections()));
    quiet = open.some(Boolean) ? 0 : quiet + 1;
    return quiet === 3;
  });
}

// A log of arrivals; `next` resolves when a matching one has arrived, immediately if it already has.
export class Log {
  items = [];
  #waiting = new Set();

  add(item) {
    this.items.push(item);
    for (const waiter of this.#waiting)
      if (waiter.fits(item)) {
        this.#waiting.delete(waiter);
        clearTimeout(waiter.timer);
        waiter.resolve(item);
      }
  }

  next(fits = () => true, within = 15_000) {
    const there = this.items.find(fits);
    if (there) return Promise.resolve(there);
    return new Promise((resolve, reject) => {
      const waiter = { fits, resolve };
      waiter.timer = setTimeout(() => {
        this.#waiting.delete(waiter);
        reject(new Error(`nothing that fits came within ${within} ms; came: ${this.items.length}`));
      }, within);
      this.#waiting.add(waiter);
    });
  }
}
