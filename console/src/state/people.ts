// Visitors and traits as the API returns them.
import { ask, quietly, type Answer } from '../api/client.ts';
import type { components } from '../api/described.d.ts';
import { at } from './place.ts';

export type Visitor = components['schemas']['Visitor'];
export type Trait = components['schemas']['TraitDeclaration'];
export type TraitType = Trait['type'];
export type TraitValue = Visitor['traits'][string]['value'];
export type IdGroup = components['schemas']['IdGroup'];

// The visitor of a session, else its browser, as a path names them; null for a session of no one.
export const whoseOf = (session: { visitorId: string | null; anonymousId: string | null }) =>
  session.visitorId ?? (session.anonymousId && `~${session.anonymousId}`);

// The id that names a visitor.
export const nameOf = (visitor: Visitor) => visitor.ids[0]!.id;

export const isBrowser = (id: string) => id.startsWith('~');

// The page of a visitor. The server takes no encoded slash in an address of the console, so slashes are encoded twice,
// and percent signs, to tell them apart.
export const personAt = (id: string) => at('people', [id.replace(/[%/]/g, encodeURIComponent)]);

// The id in such an address.
export const idIn = (segment: string) => segment.replace(/%25|%2F/g, decodeURIComponent);

export const readVisitor = (handle: string, visitorId: string): Promise<Answer<Visitor>> =>
  ask(quietly.GET('/v2/handles/{handle}/visitors/{visitorId}', { params: { path: { handle, visitorId } } }));

// A trait as it is, which the audit log records of a sensitive one. The inspector does not keep it.
export const readTrait = (
  handle: string,
  visitorId: string,
  name: string,
): Promise<Answer<components['schemas']['TraitRevealed']>> =>
  ask(
    quietly.GET('/v2/handles/{handle}/visitors/{visitorId}/traits/{name}', {
      params: { path: { handle, visitorId, name } },
    }),
  );

export const readTraits = (handle: string): Promise<Answer<{ items: Trait[] }>> =>
  ask(quietly.GET('/v2/handles/{handle}/traits', { params: { path: { handle } } }));
