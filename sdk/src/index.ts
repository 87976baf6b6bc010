// The library as a module: signals and decisions.
import { createCore, type Core } from './core.ts';
import { decisions, type Decisions } from './decisions.ts';
import type { Options } from './words.ts';

export type { Asking, Decisions } from './decisions.ts';
export type { Core } from './core.ts';
export type {
  Action,
  Answer,
  Consent,
  Context,
  Decision,
  Happening,
  Options,
  Report,
  Sent,
  SignalExtra,
  WireSignal,
} from './words.ts';

export interface Beckon extends Core, Decisions {}

export function createBeckon(options: Options): Beckon {
  const core = createCore(options);
  return { ...core, ...decisions(core) };
}
