// The scale of a chart's vertical axis. Pure.

// From 0 to the first round number at or above `most`, in four equal steps; whole ones if `whole`.
export function scaleTo(most: number, whole: boolean): number[] {
  const least = whole ? 1 : 1e-6;
  const rough = Math.max(most / 4, least);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10]
    .map(one => one * power)
    .find(one => one >= rough * (1 - 1e-9) && (!whole || Number.isInteger(one)))!;
  return [0, 1, 2, 3, 4].map(count => Number((count * step).toPrecision(12)));
}

// The indexes of at most `most` of `count` places, at equal distances from the first.
export function marksOf(count: number, most = 7): number[] {
  const step = Math.max(1, Math.ceil(count / most));
  return Array.from({ length: Math.ceil(count / step) }, (_, index) => index * step);
}
