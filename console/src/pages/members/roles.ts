// The roles that somebody can be given or invited to, with what each may do (docs/access.md).
export const kRoles = [
  ['CREATOR', 'CREATOR: rules, sessions, people, results'],
  ['OPERATOR', 'OPERATOR: also webhooks, deliveries, tokens, audit, erasing'],
] as const;
export type InvitedRole = (typeof kRoles)[number][0];
