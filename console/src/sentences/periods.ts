import { counted } from '../state/words.ts';

const kHour = 3_600_000,
  kDay = 24 * kHour;

// "the previous 7 days"
const previous = (key: string, length: number) => {
  if (key === '24h') return 'the previous 24 hours';
  return `the previous ${length < kDay ? counted(Math.round(length / kHour), 'hour') : counted(Math.round(length / kDay), 'day')}`;
};

export const kPeriods = {
  label: 'Period',
  presets: { '24h': '24 h', '7d': '7 days', '28d': '28 days' } as Record<string, string>,
  from: 'From',
  to: 'To',
  order: 'The last day must not be before the first.',
  length: 'Counts are kept for 400 days. Choose a shorter period.',
  previous,
  up: (by: string, than: string) => `Up ${by} from ${than}`,
  down: (by: string, than: string) => `Down ${by} from ${than}`,
  same: (than: string) => `As in ${than}`,
  noneBefore: (than: string) => `None in ${than}`,
  points: (by: string) => `${by} points`,
  faster: (by: string, than: string) => `${by} faster than in ${than}`,
  slower: (by: string, than: string) => `${by} slower than in ${than}`,
};
