// beckon-core.js: signals alone.
import { createCore } from './core.ts';
import { takeOver } from './global.ts';

takeOver(createCore);
