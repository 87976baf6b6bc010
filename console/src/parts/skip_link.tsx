import type { ComponentChildren } from 'preact';

// The first thing that the tab key reaches: moves the focus to the page's content, past what comes before it.
export const SkipLink = ({ children }: { children: ComponentChildren }) => (
  // biome-ignore lint/a11y/useValidAnchor: it links to the content of this page and moves the focus there
  <a
    class="skip"
    href="#main"
    onClick={event => {
      event.preventDefault();
      document.getElementById('main')?.focus();
    }}
  >
    {children}
  </a>
);
