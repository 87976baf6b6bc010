// The library as a module: signals and decisions.
import { createCore, type Core } from './core.ts';
import { decisions, type Decisions } from './decisions.ts';
import type { Options } from './words.ts';

export type { Asking, Decisions } from './decisions.ts';
export type { Core } from './core.ts';
export type {
  Act,
  Action,
  Answer,
  Consent,
  Context,
  Decision,
  Happening,
  Identity,
  Options,
  Report,
  Sent,
  SessionInfo,
  SignalExtra,
  Traits,
  TraitValue,
  WireSignal,
} from './words.ts';

export interface Beckon extends Core, Decisions {}

// `window.beckon` of a page that loads the library by a tag.
export interface BeckonTag extends Beckon {
  // Calls `plugin` with the client, and resolves to what it returns.
  use<Result>(plugin: (client: Beckon) => Result): Promise<Awaited<Result>>;
  options?: Partial<Options>; // instead of attributes of the tag; to be set before it runs
  version?: string; // once the library has loaded
}

declare global {
  interface Window {
    beckon: BeckonTag;
  }
}

export function createBeckon(options: Options): Beckon {
  const core = createCore(options);
  return { ...core, ...decisions(core) };
}
