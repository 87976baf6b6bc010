// Sentences of fields that several pages use.
const kShown = 4; // weights of a score

export const kFields = {
  score: (halfLife: string, weights: string[]) =>
    `half-life ${halfLife}: ${weights.slice(0, kShown).join(', ')}${weights.length > kShown ? ', …' : ''}`,
  suggestions: 'Suggestions',
  unitOf: (label: string) => `${label}: unit`,
  units: { s: 'seconds', m: 'minutes', h: 'hours', d: 'days' },
};
