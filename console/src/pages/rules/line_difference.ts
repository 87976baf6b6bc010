// A line-by-line difference of two texts. Pure.
export interface Line {
  kind: 'same' | 'gone' | 'new' | 'skipped';
  text: string;
}

const kAround = 2; // lines shown before and after a change
const kMost = 1500; // lines of a text; beyond it comparing is too slow, and the whole second text is shown

// The longest common subsequence, from the end, so that the walk below goes forward.
function common(was: string[], is: string[]): Uint16Array[] {
  const length = Array.from({ length: was.length + 1 }, () => new Uint16Array(is.length + 1));
  for (let i = was.length - 1; i >= 0; i -= 1) {
    for (let j = is.length - 1; j >= 0; j -= 1)
      length[i]![j] = was[i] === is[j] ? length[i + 1]![j + 1]! + 1 : Math.max(length[i + 1]![j]!, length[i]![j + 1]!);
  }
  return length;
}

function all(was: string[], is: string[]): Line[] {
  const length = common(was, is),
    lines: Line[] = [];
  let i = 0,
    j = 0;
  while (i < was.length || j < is.length) {
    if (i < was.length && j < is.length && was[i] === is[j]) {
      lines.push({ kind: 'same', text: was[i]! });
      i += 1;
      j += 1;
    } else if (i < was.length && (j === is.length || length[i + 1]![j]! >= length[i]![j + 1]!)) {
      lines.push({ kind: 'gone', text: was[i]! });
      i += 1;
    } else {
      lines.push({ kind: 'new', text: is[j]! });
      j += 1;
    }
  }
  return lines;
}

// Replaces unchanged lines far from every change by their number.
function folded(lines: Line[]): Line[] {
  const near = (index: number) =>
    lines.slice(Math.max(0, index - kAround), index + kAround + 1).some(({ kind }) => kind !== 'same');
  const shown: Line[] = [];
  let skipped = 0;
  const close = () => {
    if (skipped) shown.push({ kind: 'skipped', text: skipped === 1 ? '1 line' : `${skipped} lines` });
    skipped = 0;
  };
  lines.forEach((line, index) => {
    if (near(index)) {
      close();
      shown.push(line);
    } else skipped += 1;
  });
  close();
  return shown;
}

export function lineDifference(was: string, is: string): Line[] {
  const before = was ? was.split('\n') : [],
    after = is ? is.split('\n') : [];
  if (before.length > kMost || after.length > kMost) return after.map(text => ({ kind: 'new', text }));
  return folded(all(before, after));
}
