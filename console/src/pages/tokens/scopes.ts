// What each scope of an access token opens: docs/access.md, Tokens.
import type { components } from '../../api/described.d.ts';

export type Scope = components['schemas']['Scope'];

export const kScopes: { scope: Scope; says: string }[] = [
  { scope: 'chain.signal.write', says: 'send and import signals' },
  { scope: 'chain.resolve', says: 'ask for decisions' },
  { scope: 'chain.explain', says: 'see why a decision was made' },
  { scope: 'chain.rules.read', says: 'read rules and their versions' },
  { scope: 'chain.rules.write', says: 'change, roll back and simulate rules' },
  { scope: 'visitors.read', says: 'read sessions, visitors and their traits' },
  { scope: 'visitors.write', says: 'set traits, join, split and erase visitors' },
  { scope: 'webhooks.*', says: 'manage endpoints, and all that the next two open' },
  { scope: 'deliveries.read', says: 'read deliveries and events' },
  { scope: 'deliveries.retry', says: 'retry and resend deliveries' },
  { scope: 'events.publish', says: 'publish custom events' },
  { scope: 'analytics.*', says: 'read analytics' },
  { scope: 'audit.read', says: 'read audit events' },
];
