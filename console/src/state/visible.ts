// Which rows of a long list are near the viewport, by their measured heights. Pure.
export interface Slice {
  from: number; // index of the first row in the document
  to: number; // index after the last one
  before: number; // pixels of the rows above
  after: number; // and below
}

// `heights`: pixels of each row. `top`, `bottom`: of the viewport, in pixels from the top of the list.
export function sliceOf(heights: ArrayLike<number>, top: number, bottom: number, around: number): Slice {
  const count = heights.length;
  let from = 0,
    before = 0;
  while (from < count && before + heights[from]! <= top) before += heights[from++]!;
  let to = from,
    below = before;
  while (to < count && below < bottom) below += heights[to++]!;
  for (let more = around; more && from > 0; more -= 1) before -= heights[--from]!;
  for (let more = around; more && to < count; more -= 1) below += heights[to++]!;
  let after = 0;
  for (let index = to; index < count; index += 1) after += heights[index]!;
  return { from, to, before, after };
}
