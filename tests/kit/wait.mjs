// Waiting for something to be so, never for a time to pass: the deadline only ends a wait that has failed.

// Asks again until `ask` gives something true, and gives that back. What it said last is in the error.
export async function until(what, ask, within = 15_000) {
  const end = Date.now() + within;
  let last;
  for (;;) {
    last = await ask();
    if (last) return last;
    if (Date.now() > end) throw new Error(`not so within ${within} ms: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 15));
  }
}

// Of a server that has died: until what it had sent has been read, so that all that comes from now on is of another life.
export async function silent(...receivers) {
  let quiet = 0; // looks in a row that found no connection; behind the first, those not yet taken in would be there
  await until('what the dead process had sent is read', async () => {
    const open = await Promise.all(receivers.map(here => here.connections()));
    quiet = open.some(Boolean) ? 0 : quiet + 1;
    return quiet === 3;
  });
}

// A record of things that come in; `next` resolves when one that fits has come, at once if it is there already.
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
