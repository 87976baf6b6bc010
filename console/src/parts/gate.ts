// Why the user may not do something and who could allow it; '' if they may.
import { includes, isAdmin, person, roleOn, type Role } from '../state/sign_in.ts';
import { place } from '../state/place.ts';

export function closedBelow(wanted: Role): string {
  const { handle } = place.value;
  const role = roleOn(handle);
  if (includes(role, wanted)) return '';
  if (!person.value) return '';
  return role
    ? `Needs the role ${wanted} on ${handle}; you have ${role}. The owner of ${handle} can grant it.`
    : `Needs the role ${wanted} on ${handle}; you have none there. The owner of ${handle} can grant it.`;
}

export const closedBelowAdmin = () =>
  isAdmin.value
    ? ''
    : 'Needs a platform admin. Whoever runs the server can create such a token with beckon token --platform-admin.';
