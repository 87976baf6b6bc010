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

// A record of things that come in; `next` resolves when one that fits has come, at once if it is there already.
export class Log {
  items = [];
  #waiting = new Set();

  add(item) {
    this.items.push(item);
    for (const waiter of this.#waiting) if (waiter.fits(item)) { this.#waiting.delete(waiter); clearTimeout(waiter.timer); waiter.resolve(item); }
  }

  next(fits = () => true, within = 15_000) {
    const there = this.items.find(fits);
    if (there) return Promise.resolve(there);
    return new Promise((resolve, reject) => {
      const waiter = { fits, resolve };
      waiter.timer = setTimeout(() => { this.#waiting.delete(waiter); reject(new Error(`nothing that fits came within ${within} ms; came: ${this.items.length}`)); }, within);
      this.#waiting.add(waiter);
    });
  }
}
