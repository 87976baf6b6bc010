// Shows what a decision says, for pages that do not draw it themselves: `popup`, `banner`, and `cta`, which changes a
// link or button that stands on the page. Text nodes and constructed style sheets only: a strict
// Content-Security-Policy and Trusted Types have nothing to forbid.
import type { Decisions } from './decisions.ts';
import { banner, popup } from './render/surfaces.ts';
import { cta } from './render/cta.ts';
import type { Decision, Report } from './words.ts';

// Puts it on the page; `tell` says what became of it. False: there is no place for it, and it counts as not shown.
export type Renderer = (payload: Record<string, unknown>, tell: (what: Report) => void) => boolean;

export interface RenderOptions {
  renderers?: Record<string, Renderer>; // by the action's type, besides or in place of ours
}

// Shows each decision that acts from now on, until what it resolves to is called.
export function render(
  client: Pick<Decisions, 'onDecision' | 'report'>,
  { renderers = {} }: RenderOptions = {},
): Promise<() => void> {
  const known: Record<string, Renderer> = { popup, banner, cta, ...renderers };
  return client.onDecision((decision: Decision) => {
    const { type = '', payload = {} } = decision.action ?? {};
    const tell = (what: Report) => void client.report(what, decision);
    if (Object.hasOwn(known, type) && known[type]!(payload, tell)) tell('shown');
  });
}
