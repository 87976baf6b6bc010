// The settings as a form has them, and what of them has changed. Pure.
import type { components } from '../../api/described.d.ts';
import { linesOf } from '../../state/lines.ts';

export type Settings = Omit<components['schemas']['Settings'], 'requestId'>;

export interface ScoreRow {
  name: string;
  halfLife: string;
  weights: { key: string; weight: string }[];
}

export type Limit =
  | 'sessionSignalsPerMinute'
  | 'addressSignalsPerMinute'
  | 'addressDecisionsPerMinute'
  | 'tokenSignalsPerMinute'
  | 'tokenDecisionsPerMinute';

// All texts as typed. An empty one stands for the server's default.
export interface Form {
  zone: string;
  currency: string;
  defaultConsent: string;
  scope: string;
  dueGrace: string;
  categories: { name: string; becomes: string }[];
  retention: string;
  basicRetention: string;
  visitorRetention: string;
  limits: Record<Limit, string>;
  remember: string; // "until_logout", "never", or a duration
  claim: string; // "all", or a duration
  proof: string;
  blockedIds: string; // one per line
  scores: ScoreRow[];
}

export const kLimits: readonly Limit[] = [
  'sessionSignalsPerMinute',
  'addressSignalsPerMinute',
  'addressDecisionsPerMinute',
  'tokenSignalsPerMinute',
  'tokenDecisionsPerMinute',
];

export function formOf(settings: Settings): Form {
  const { limits, identity, scores, consentCategories } = settings;
  const text = (value: unknown) => (value === undefined || value === null ? '' : String(value));
  return {
    zone: text(settings.zone),
    currency: text((settings as Record<string, unknown>).currency),
    defaultConsent: text(settings.defaultConsent),
    scope: text(settings.scope),
    dueGrace: text(settings.dueGrace),
    categories: Object.entries(consentCategories ?? {}).map(([name, becomes]) => ({ name, becomes: text(becomes) })),
    retention: text(settings.retention),
    basicRetention: text(settings.basicRetention),
    visitorRetention: text(settings.visitorRetention),
    limits: Object.fromEntries(kLimits.map(name => [name, text(limits?.[name])])) as Form['limits'],
    remember: text(identity?.remember),
    claim: text(identity?.claim),
    proof: text(identity?.proof),
    blockedIds: (identity?.blockedIds ?? []).join('\n'),
    scores: Object.entries(scores ?? {}).map(([name, { halfLife, weights }]) => ({
      name,
      halfLife,
      weights: Object.entries(weights).map(([key, weight]) => ({ key, weight: String(weight) })),
    })),
  };
}

// What is no number is sent as typed, so that the server says what is wrong with it.
const numberOr = (text: string): unknown =>
  text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text.trim();

// The settings that a form says, in the form of the API; null where the server's default is to hold.
export function settingsOf(form: Form, has: Settings): Record<string, unknown> {
  const orDefault = (text: string) => text.trim() || null;
  return {
    zone: orDefault(form.zone),
    ...('currency' in has && { currency: orDefault(form.currency) }),
    defaultConsent: form.defaultConsent,
    scope: form.scope,
    dueGrace: orDefault(form.dueGrace),
    consentCategories: Object.fromEntries(
      form.categories.filter(({ name }) => name.trim()).map(({ name, becomes }) => [name.trim(), becomes]),
    ),
    retention: orDefault(form.retention),
    basicRetention: orDefault(form.basicRetention),
    visitorRetention: orDefault(form.visitorRetention),
    limits: Object.fromEntries(
      kLimits.map(name => [name, form.limits[name].trim() ? numberOr(form.limits[name]) : null]),
    ),
    identity: {
      remember: orDefault(form.remember),
      claim: orDefault(form.claim),
      proof: form.proof,
      blockedIds: linesOf(form.blockedIds),
    },
    scores: Object.fromEntries(
      form.scores
        .filter(({ name, weights }) => name.trim() || weights.length > 0)
        .map(({ name, halfLife, weights }) => [
          name.trim(),
          {
            halfLife,
            weights: Object.fromEntries(
              weights.filter(({ key }) => key.trim()).map(({ key, weight }) => [key.trim(), numberOr(weight)]),
            ),
          },
        ]),
    ),
  };
}

type Members = Record<string, unknown>;
const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isSame = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

// The JSON merge patch (RFC 7396) that leads from one object to the other; without members if there is nothing to do.
export function patchOf(before: Members, after: Members): Members {
  const patch: Members = {};
  for (const [name, value] of Object.entries(after)) {
    const old = before[name];
    if (isObject(value) && isObject(old)) {
      const inner = patchOf(old, value);
      if (Object.keys(inner).length) patch[name] = inner;
    } else if (!isSame(old, value)) patch[name] = value;
  }
  for (const name of Object.keys(before)) if (!(name in after)) patch[name] = null;
  return patch;
}

// What leads from the saved settings to those of the form.
export const changesIn = (form: Form, saved: Settings): Members => {
  const before = settingsOf(formOf(saved), saved);
  return patchOf(before, settingsOf(form, saved));
};

const kGroups = new Set(['limits', 'identity', 'scores', 'consentCategories']);

// How many settings a patch changes; a score, a limit and a category each count once.
export const countOf = (patch: Members): number =>
  Object.entries(patch).reduce(
    (sum, [name, value]) => sum + (kGroups.has(name) && isObject(value) ? Object.keys(value).length : 1),
    0,
  );

export const kTabs = ['general', 'retention', 'limits', 'identity', 'scores', 'origins', 'requests'] as const;
export type Tab = (typeof kTabs)[number];

// Where the field is that the server names in an error.
export function tabOf(field: string): Tab {
  const [first = ''] = field.split(/[.[]/);
  if (first === 'limits' || first === 'identity' || first === 'scores' || first === 'origins') return first;
  return /etention$/.test(first) ? 'retention' : 'general';
}
