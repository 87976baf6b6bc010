import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventReader } from './event_stream.ts';

const text = 'retry: 2000\n\nid: a-1\nevent: signal\ndata: {"x":1}\n\n:\n\nevent: delivery\ndata: one\ndata: two\n\n';

test('events come out whole, however their bytes were cut', () => {
  const wanted = [
    { name: 'signal', data: '{"x":1}', id: 'a-1' },
    { name: 'delivery', data: 'one\ntwo', id: 'a-1' },
  ];
  for (let cut = 1; cut < text.length; cut += 1) {
    const read = eventReader();
    assert.deepEqual([...read(text.slice(0, cut)), ...read(text.slice(cut))], wanted, `cut at ${cut}`);
  }
});

test('what is not complete is kept back', () => {
  const read = eventReader();
  assert.deepEqual(read('event: signal\ndata: 1\n'), []);
  assert.deepEqual(read('\n'), [{ name: 'signal', data: '1', id: '' }]);
});
