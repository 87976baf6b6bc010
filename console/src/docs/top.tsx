import { Mark } from '../parts/icon.tsx';
import { kDocs } from '../sentences/docs.ts';

export const Top = () => (
  <header class="top">
    {/* biome-ignore lint/a11y/useValidAnchor: it links to the content of this page and moves the focus there */}
    <a
      class="skip"
      href="#main"
      onClick={event => {
        event.preventDefault();
        document.getElementById('main')?.focus();
      }}
    >
      {kDocs.skip}
    </a>
    <a class="home" href="/docs">
      <Mark />
      <span class="b">{kDocs.title}</span>
    </a>
    <span class="push" />
    <a class="btn flat file" href="/openapi.json">
      {kDocs.file}
    </a>
    <a class="btn flat" href="/apps/lifecycle-messaging">
      {kDocs.console}
    </a>
  </header>
);
