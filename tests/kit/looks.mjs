// What a page looks like: whether something sticks out, is cut without being whole on hover, or lies over its neighbour.

// Runs in the page; returns what is wrong with it, in words.
function faultsOfLayout() {
  const found = [];
  const seen = element => {
    const { visibility, opacity } = getComputedStyle(element);
    return visibility === 'visible' && opacity !== '0' && element.checkVisibility();
  };
  const named = element => `${element.tagName.toLowerCase()}.${[...element.classList].join('.')}`;
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) found.push(`scrolls sideways: ${scrollWidth} px in ${clientWidth}`);

  // What is read out only, drawn, or scrolled within by design.
  const kApart = '.skip, .x, .axis, svg, canvas, textarea, select, datalist';
  const isHeard = element => {
    for (let one = element; one; one = one.parentElement)
      if (getComputedStyle(one).clipPath === 'inset(50%)') return true;
    return false;
  };
  const scrolls = element => /auto|scroll/.test(getComputedStyle(element).overflowX);
  const clips = element => /hidden|clip/.test(getComputedStyle(element).overflowX);
  // Cut on purpose: an ellipsis, and the whole text on hover.
  const isCut = element => {
    const { textOverflow } = getComputedStyle(element);
    return textOverflow === 'ellipsis' && !!(element.closest('[title]') ?? element.querySelector('[title]'));
  };

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.data.trim(),
      parent = node.parentElement;
    if (!text || parent.closest(kApart) || !seen(parent) || isHeard(parent)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const { left, right, width } = range.getBoundingClientRect();
    if (!width) continue;
    let cut = false;
    for (let box = parent; box && box !== document.body; box = box.parentElement) {
      if (scrolls(box) || isCut(box)) cut = true;
      if (cut) break;
      if (getComputedStyle(box).display === 'inline' || getComputedStyle(box).display === 'contents') continue;
      const { left: from, right: to } = box.getBoundingClientRect();
      if (right > to + 1.5 || left < from - 1.5) {
        found.push(`“${text.slice(0, 40)}” ${clips(box) ? 'is cut by' : 'sticks out of'} ${named(box)}`);
        break;
      }
      if (clips(box)) break;
    }
  }
  return [...new Set(found)].slice(0, 8);
}

export const layoutFaults = page => page.evaluate(faultsOfLayout);
