export const kCharts = {
  asTable: (label: string) => `Show “${label}” as a table`,
  ofTable: (label: string) => `${label}, as a table`,
  from: 'From',
  none: '–',
  read: (label: string, values: string[]) => `Chart: ${label}. ${values.join(', ')}.`,
  value: (name: string, value: string) => `${name} ${value}`,
  at: (when: string) => `At ${when}`,
  spark: (label: string, from: string, to: string) => `${label}: from ${from} to ${to}`,
  whisker: (is: string, from: string, to: string) => `${is} points, 95 % interval ${from} to ${to}`,
};
