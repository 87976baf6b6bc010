// beckon.js: signals and decisions.
import { takeOver } from './global.ts';
import { createBeckon } from './index.ts';

takeOver(createBeckon);
