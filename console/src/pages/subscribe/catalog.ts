// The event types one can subscribe to: the server's catalog if it has one, else those the API documents.
import { ask, quietly } from '../../api/client.ts';
import { kPopup } from '../rules/draft.ts';

export interface EventType {
  type: string;
  says: string;
  example?: unknown;
}

const signal = {
  sessionId: 'sess-1',
  version: 7,
  signal: {
    signalKey: 'cart',
    signalValue: 'add',
    confidence: 1,
    source: null,
    metadata: { amount: 59.9 },
    at: '2026-02-25T12:00:00.000Z',
  },
};
const envelope = {
  decisionId: 'dec_…',
  handle: 'acme',
  sessionId: 'sess-1',
  trigger: 'checkout',
  outcome: 'act',
  ruleId: 'cart-rescue',
  variant: null,
  action: kPopup,
};

export const kWildcards: EventType[] = [
  { type: '*', says: 'all events' },
  {
    type: 'signal.*',
    says: 'every accepted signal but link.clicked, which is an event type of its own',
    example: signal,
  },
  { type: 'chain.*', says: 'every decision and every due message', example: envelope },
];

const kPromised: EventType[] = [
  {
    type: 'link.clicked',
    says: 'a visitor clicked a link',
    example: {
      ...signal,
      signal: { ...signal.signal, signalKey: 'link.clicked', signalValue: 'https://shop.example/spring' },
    },
  },
  { type: 'chain.decision.resolved', says: 'a decision was made', example: envelope },
  {
    type: 'chain.message.due',
    says: 'the delay of a rule has elapsed: send the message now',
    example: { ...envelope, trigger: '@due' },
  },
  { type: 'webhook.delivery.failed', says: 'a delivery failed for good' },
  { type: 'webhook.subscription.disabled', says: 'the server disabled an endpoint' },
];

export async function catalog(handle: string): Promise<EventType[]> {
  const answer = await ask(quietly.GET('/v2/handles/{handle}/notifications', { params: { path: { handle } } }));
  const offered = answer.ok ? answer.data.events : [];
  const known = offered
    .filter(({ type }) => !type.includes('<'))
    .map(({ type, description, example }) => ({
      type,
      says: /^.*?\.(?= |$)/s.exec(description)?.[0] ?? description,
      example,
    }));
  return [...kWildcards, ...(known.length ? known : kPromised)];
}

export const isEventType = (text: string) =>
  text === '*' || (/^[A-Za-z0-9][A-Za-z0-9._:-]*(\.\*)?$/.test(text) && text.length <= 128);
