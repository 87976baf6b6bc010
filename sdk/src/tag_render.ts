// beckon-render.js: the renderers by a tag.
import { render } from './render.ts';

((globalThis as { beckon?: unknown[] }).beckon ??= []).push(['use', [render]]);
