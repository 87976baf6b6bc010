// Sentences of fields that several pages use.
export const kFields = {
  suggestions: 'Suggestions',
  unitOf: (label: string) => `${label}: unit`,
  units: { s: 'seconds', m: 'minutes', h: 'hours', d: 'days' },
};
