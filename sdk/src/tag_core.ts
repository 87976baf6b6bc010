// beckon-core.js: signals alone.
import { createCore } from './core.ts';
import { follow } from './follow.ts';
import { takeOver } from './global.ts';

takeOver(createCore, client => follow(client));
