// Who is here: a session and its visitor, one entry in the browser's storage that its tabs share. The entry decides; a tab
// notices at its next look that another one has changed it.
import type { Shelf } from './shelf.ts';

// Each character has about five random bits.
export const randomId = (length = 12) =>
  [...crypto.getRandomValues(new Uint8Array(length))].map(byte => (byte % 36).toString(36)).join('');

export interface Visit {
  session: string; // its id
  visitor: string; // empty: not known
  proof?: string; // of the visitor
}

export interface Session {
  now(): Visit; // starts a new session if the last has ended by inactivity
  last(): Visit; // even if it has ended; if there is none, an empty one of the visitor to come
  anonymous(isAllowed: boolean): string | undefined; // the browser's id, until somebody else uses it; deleted if not allowed
  // Sets the visitor of the session, and of those that this page starts later unless a tab says otherwise. Ends a session
  // of another visitor; with an empty one, any. Without a proof, that of the same visitor stays.
  identify(visitor: string, proof?: string): void;
  // The session in which the signals of a visitor continue after the server has refused `session` as another visitor's.
  instead(session: string, visitor: string): string;
}

const kName = 'session';
const kProof = 'proof';
export const kAnonymous = 'anonymous';

// Calls `changed` when the session or its visitor is not the one that this page saw last.
export function session(shelf: Shelf, handle: string, idle: number, changed: (visit: Visit) => void): Session {
  let named = ''; // the visitor, by this page
  let known = '';

  // Stored with its visitor, so that it is never taken for another's.
  const proofOf = (visitor: string) => {
    const [, proof, of] = /(\S+) (.+)/s.exec(shelf.get(kProof) ?? '') ?? [];
    return of === visitor ? proof : undefined;
  };
  const note = (session: string, visitor: string): Visit => {
    const before = known;
    const visit = { session, visitor, proof: proofOf(visitor) };
    known = JSON.stringify(visit);
    if (visitor !== named) named = '';
    if (known !== before) changed(visit);
    return visit;
  };
  const read = () => {
    const [, session = '', seen, visitor = ''] = /(\S+) (\d+) ?(.*)/s.exec(shelf.get(kName) ?? '') ?? [];
    return { session, visitor, age: Date.now() - Number(seen) };
  };
  const fresh = () => `sig_${handle}_${Date.now()}_${randomId()}`;
  const write = (visitor: string, session = fresh()) => {
    shelf.put(kName, `${session} ${Date.now()} ${visitor}`);
    return note(session, visitor);
  };

  const replace = (visitor: string) => {
    shelf.drop(kAnonymous);
    return write(visitor);
  };

  return {
    anonymous(isAllowed) {
      if (!isAllowed) shelf.drop(kAnonymous);
      else if (!shelf.get(kAnonymous)) shelf.put(kAnonymous, `a-${randomId(32)}`);
      return shelf.get(kAnonymous) ?? undefined;
    },
    now() {
      const { session, visitor, age } = read();
      if (!session || age > idle) return write(session && visitor !== named ? '' : named);
      return age > 1_000 ? write(visitor, session) : note(session, visitor);
    },
    last() {
      const { session, visitor } = read();
      return session ? note(session, visitor) : { session, visitor: named };
    },
    identify(visitor, proof) {
      const { session, visitor: before, age } = read();
      named = visitor;
      if (proof && visitor) shelf.put(kProof, `${proof} ${visitor}`);
      else if (!proofOf(visitor)) shelf.drop(kProof);
      if (session && (!visitor || (before && before !== visitor))) replace(visitor);
      else if (session) write(visitor, age > idle ? fresh() : session);
    },
    instead(refused, visitor) {
      const { session, visitor: owner } = read();
      if (session === refused) return replace(visitor).session;
      return owner === visitor ? session : fresh();
    },
  };
}
