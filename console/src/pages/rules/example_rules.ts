import { kPopup } from './draft.ts';

// Rules that fit the sample journeys: one for an abandoned cart, one for a returning visitor, and a delayed one.
export const kExamples = {
  'save-the-cart': {
    name: 'Save the cart',
    priority: 80,
    triggers: ['checkout', 'exit_intent'],
    when: {
      all: [{ count: { key: 'cart', value: 'add' }, within: '30m', atLeast: 1 }],
      none: [{ seen: { key: 'purchase' }, within: '30m' }],
    },
    action: kPopup,
  },
  'welcome-back': {
    name: 'Welcome back',
    priority: 40,
    triggers: ['checkout', 'exit_intent'],
    when: { all: [{ seen: { key: 'link.clicked' }, within: '7d' }] },
    action: {
      type: 'banner',
      payload: { text: 'Good to see you again.', button: { label: 'See what is new', href: '/new' } },
    },
  },
  'remind-of-the-cart': {
    name: 'Cart reminder',
    triggers: ['@due'],
    when: { all: [{ absent: { key: 'purchase' }, after: { key: 'cart', value: 'add' }, for: '30m' }] },
    action: { type: 'email', payload: { template: 'your-cart' } },
  },
};
