// Renders the actions of decisions for pages that do not do so themselves: `popup`, `banner`, and `cta`, which changes an
// existing link or button. Uses text nodes and constructed style sheets only, as a strict Content-Security-Policy and
// Trusted Types require.
import type { Decisions } from './decisions.ts';
import { banner, popup } from './render/surfaces.ts';
import { cta } from './render/cta.ts';
import type { Report } from './words.ts';

// Renders an action; `tell` reports what the visitor did. False if it could not be rendered: it counts as not shown.
// The built-in ones render into another document than their own if one is given, as the console's preview does.
export type Renderer = (payload: Record<string, unknown>, tell: (what: Report) => void, page?: Document) => boolean;

export interface RenderOptions {
  renderers?: Record<string, Renderer>; // by action type, in addition to or instead of the built-in ones
}

// Renders each decision that acts, once. Resolves to a function that stops it.
export function render(
  client: Pick<Decisions, 'onDecision' | 'report'>,
  { renderers = {} }: RenderOptions = {},
): Promise<() => void> {
  const known: Record<string, Renderer> = { popup, banner, cta, ...renderers };
  const shown = new Set<string>();
  return client.onDecision(decision => {
    const { type, payload = {} } = decision.action;
    const tell = (what: Report) => void client.report(what, decision);
    if (shown.has(decision.decisionId) || !Object.hasOwn(known, type) || !known[type]!(payload, tell)) return;
    shown.add(decision.decisionId);
    tell('shown');
  });
}
