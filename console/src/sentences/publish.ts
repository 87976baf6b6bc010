export const kPublish = {
  title: 'Publish an event',
  says: 'Sends an event of your own to the endpoints that subscribe to its type, signed and retried like any other.',
  event: 'Event',
  type: 'Event type',
  typeHint:
    'A name of your own, such as order.paid. The server’s own types (signal.*, chain.*, webhook.*, link.clicked) are reserved.',
  reserved: 'This type is reserved for the server.',
  notType: 'A type has letters, digits and . _ : - and begins with a letter or digit.',
  subscribed: 'an endpoint subscribes to it',
  sample: 'example',
  payload: 'Payload, as JSON',
  notJson: (why: string) => `Not valid JSON: ${why}`,
  notObject: 'The payload must be an object.',
  id: 'Event ID (optional)',
  idHint: 'Your own. The same id with the same content is published once, however often you send it.',
  publish: 'Publish',
  typeFirst: 'Enter a type first.',
  fixFirst: 'Correct the fields first.',

  receivers: 'Who receives it',
  noType: 'Enter a type to see who receives the event.',
  nobody: 'No endpoint subscribes to this type. The event is kept, and nothing is sent.',
  newEndpoint: 'New endpoint',
  count: (count: number) => (count === 1 ? '1 endpoint receives it' : `${count} endpoints receive it`),
  by: 'by',
  waits: 'disabled: sent once it is enabled',
  failing: 'failing: sent once it recovers',

  done: 'Accepted',
  doneSays: (count: number) =>
    count === 0
      ? 'No endpoint subscribes to it.'
      : count === 1
        ? '1 delivery is queued.'
        : `${count} deliveries are queued.`,
  open: 'Open the event',
  sent: 'Published event',
};
