// beckon.js: signals and decisions.
import { takeOver } from './global.ts';
import { createBeckon } from './index.ts';
import { pagesOfTag } from './pages.ts';

takeOver(createBeckon, pagesOfTag);
