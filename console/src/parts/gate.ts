// Why a person may not, and who could let them: the words on a closed button.
import { includes, person, roleOn, type Role } from '../state/sign_in.ts';
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
