// Delayed rules: they decide at the end of a wait, which is a trigger of its own. Pure.
export const kDue = '@due';

export const isDelayed = ({ triggers }: { triggers?: unknown }) => Array.isArray(triggers) && triggers.includes(kDue);
