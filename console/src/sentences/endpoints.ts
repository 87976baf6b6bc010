// Sentences of the page Endpoints. Those of one endpoint and of its form are the playbook's.
export const kEndpoints = {
  title: 'Endpoints',
  says: 'Where events are sent, as signed POST requests.',
  all: 'All endpoints',
  newOne: 'New endpoint',
  newSays: 'Failed deliveries are retried, and every attempt is logged.',
  unknown: (id: string) => `There is no endpoint with the id ${id}. These are all that there are.`,
  none: 'No endpoints yet, so events are sent nowhere.',
} as const;
