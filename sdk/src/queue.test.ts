import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Browser, limit } from './kit/browser.ts';
import { kBodyBytes, kQueued, kQueuedAge, kRequestSignals } from './limits.ts';
import { grab, hold } from './locks.ts';
import { queue, type Item } from './queue.ts';
import { shelf } from './shelf.ts';

let browser: Browser;
beforeEach(() => {
  browser = new Browser().open();
});

const kNone: ReadonlySet<Item> = new Set();
let made = 0;
const item = (more: Partial<Item> = {}): Item => ({
  session: 's',
  at: Date.now(),
  signal: { type: 'view', id: `i${(made += 1)}` },
  ...more,
});
const idsOf = (items: readonly Item[]) => items.map(({ signal }) => signal.id);

function tab(name: string) {
  const dropped: Item[] = [];
  const kept = shelf('p:', browser.storage);
  kept.keep(true);
  const release = hold(`p:queue:${name}`);
  return {
    dropped,
    release,
    ...{
      queue: queue(
        kept,
        name,
        one => grab(`p:${one}`),
        items => dropped.push(...items),
      ),
    },
  };
}

test('signals go together by session and visitor, in their order, as many as a request takes', () => {
  const { queue } = tab('a');
  const items = [item(), item(), item({ visitor: 'v' }), item({ session: 't' })];
  items.forEach(queue.add);
  assert.deepEqual(queue.next(kNone), items.slice(0, 2));
  assert.deepEqual(queue.next(new Set(items.slice(0, 2))), [items[2]]);
  queue.remove(items);
  for (let i = 0; i < kRequestSignals + 5; i += 1) queue.add(item());
  assert.equal(queue.next(kNone).length, kRequestSignals);
});

test('no request is larger than the server takes, in bytes', () => {
  const { queue } = tab('a');
  for (let i = 0; i < 20; i += 1)
    queue.add(item({ signal: { type: 'view', id: `big${i}`, signalValue: 'ü'.repeat(2_000) } }));
  const together = queue.next(kNone);
  assert.ok(together.length > 10 && together.length < 20, `${together.length}`);
  assert.ok(Buffer.byteLength(JSON.stringify(together.map(({ signal }) => signal))) <= kBodyBytes);
});

test('beyond the cap the oldest are dropped, and so is what is too old; both are told', () => {
  const { queue, dropped } = tab('a');
  const old = item({ at: Date.now() - kQueuedAge - 1 });
  queue.add(old);
  assert.deepEqual(dropped, [old]);
  const items = Array.from({ length: kQueued + 2 }, () => item());
  items.forEach(queue.add);
  assert.equal(queue.length, kQueued);
  assert.deepEqual(dropped.slice(1), items.slice(0, 2));
});

test('what an ended tab left is taken over, once, before what is there; a living tab keeps its own', async () => {
  const ended = tab('ended'),
    living = tab('living'),
    one = tab('one'),
    two = tab('two');
  const [left, kept, mine] = [item(), item(), item()];
  ended.queue.add(left);
  living.queue.add(kept);
  one.queue.add(mine);
  ended.release();
  await Promise.resolve();
  await Promise.all([one.queue.adopt(), two.queue.adopt()]);
  assert.deepEqual(idsOf(one.queue.next(kNone)), idsOf([left, mine]));
  assert.equal(two.queue.length, 0);
  assert.deepEqual(living.queue.next(kNone), [kept]);
});

test('a tab that comes back and finds its queue taken does not send it again', async () => {
  const frozen = tab('frozen'),
    other = tab('other');
  frozen.queue.add(item());
  frozen.release();
  await Promise.resolve();
  await other.queue.adopt();
  frozen.queue.wake();
  assert.equal(frozen.queue.length, 0);
  assert.equal(other.queue.length, 1);
});

test('a storage that is full or forbidden costs nothing but what outlives the page', () => {
  limit.bytes = 0;
  try {
    const { queue } = tab('a');
    queue.add(item());
    assert.equal(queue.next(kNone).length, 1);
    assert.deepEqual(browser.kept(), []);
  } finally {
    limit.bytes = 5_000_000;
  }
  const without = shelf('p:', undefined);
  without.keep();
  without.put('x', '1');
  assert.equal(without.get('x'), '1');
  without.clear();
  assert.equal(without.get('x'), null);
});
