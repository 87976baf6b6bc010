// beckon-debug.js: the debug mode by a tag.
import { debug } from './debug.ts';

((globalThis as { beckon?: unknown[] }).beckon ??= []).push(['use', [debug]]);
