import { Mark } from '../parts/icon.tsx';
import { SkipLink } from '../parts/skip_link.tsx';
import { kDocs } from '../sentences/docs.ts';

export const Top = () => (
  <header class="top">
    <SkipLink>{kDocs.skip}</SkipLink>
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
