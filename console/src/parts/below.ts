// Puts a popover under the control that opens it, above where there is more room there, and keeps it inside the window.
const kGap = 4; // pixels between the two

export function putBelow(control: Element, popover: HTMLElement) {
  const { left, right, top, bottom } = control.getBoundingClientRect();
  const below = innerHeight - bottom - kGap * 2,
    above = top - kGap * 2;
  popover.style.maxHeight = `${Math.max(120, Math.min(320, Math.max(below, above)))}px`;
  popover.style.minWidth = `${Math.min(right - left, innerWidth - kGap * 4)}px`;
  const { width, height } = popover.getBoundingClientRect();
  const fits = height <= below || below >= above;
  popover.style.left = `${Math.max(kGap, Math.min(left, innerWidth - width - kGap))}px`;
  popover.style.top = `${fits ? bottom + kGap : top - kGap - height}px`;
}

// Keeps it there while the page scrolls or changes its size. Returns a function that ends this.
export function keepBelow(control: Element, popover: HTMLElement): () => void {
  const put = () => putBelow(control, popover);
  put();
  addEventListener('scroll', put, { passive: true, capture: true });
  addEventListener('resize', put);
  return () => {
    removeEventListener('scroll', put, { capture: true });
    removeEventListener('resize', put);
  };
}
