// After navigation the focus goes to the new page's heading, once it is there: from where the link was, a reader would
// go on in what is gone. A field that the page itself focuses keeps the focus, and so does whatever the user went to
// meanwhile.
let isFirst = true;

export function headingFocus() {
  if (isFirst) {
    isFirst = false;
    return;
  }
  const main = document.getElementById('main');
  if (!main) return;
  const before = document.activeElement;
  const old = main.querySelector('h1'); // of the former page, where a page is shown in place of another of its view
  const look = () => {
    const active = document.activeElement;
    if (active !== before && active !== document.body) return watch.disconnect();
    const heading = main.querySelector('h1');
    if (!heading || main.querySelector('.loading')) return;
    watch.disconnect();
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  };
  const watch = new MutationObserver(look);
  watch.observe(main, { childList: true, subtree: true, characterData: true });
  if (!old || !main.querySelector('.loading')) queueMicrotask(look);
  return () => watch.disconnect();
}
