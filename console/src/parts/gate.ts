// Why the user may not do something and who could allow it; '' if they may.
import { kParts } from '../sentences/parts.ts';
import { includes, isAdmin, person, roleOn, type Role } from '../state/sign_in.ts';
import { place } from '../state/place.ts';

export function closedBelow(wanted: Role): string {
  const { handle } = place.value;
  const role = roleOn(handle);
  return includes(role, wanted) || !person.value ? '' : kParts.roleNeeded(wanted, handle, role);
}

export const closedBelowAdmin = () => (isAdmin.value ? '' : kParts.adminNeeded);
