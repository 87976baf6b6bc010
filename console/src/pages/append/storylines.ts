// Sample signals, so that nobody has to type names: single ones, and journeys of five.
export interface NewSignal {
  type: string;
  signalValue?: string;
  source?: string;
  confidence?: number;
  metadata?: Record<string, unknown>;
}

export const kPresets: { name: string; signal: NewSignal }[] = [
  { name: 'View', signal: { type: 'view', signalValue: '/pricing' } },
  { name: 'Add to cart', signal: { type: 'cart', signalValue: 'add', metadata: { amount: 59.9, sku: 'TEE-1' } } },
  { name: 'Checkout', signal: { type: 'checkout' } },
  { name: 'Purchase', signal: { type: 'purchase', metadata: { amount: 59.9 } } },
  {
    name: 'Link clicked',
    signal: { type: 'link.clicked', signalValue: 'https://shop.example/spring', source: 'email' },
  },
];

export interface Storyline {
  name: string;
  says: string;
  signals: NewSignal[];
}

const view = (page: string): NewSignal => ({ type: 'view', signalValue: page });

export const kStorylines: Storyline[] = [
  {
    name: 'Fills a cart and leaves',
    says: 'a visitor to win back',
    signals: [
      view('/'),
      view('/tees'),
      kPresets[1]!.signal,
      { type: 'checkout' },
      { type: 'exit', signalValue: 'tab' },
    ],
  },
  {
    name: 'Buys',
    says: 'a visitor to leave alone',
    signals: [view('/tees'), kPresets[1]!.signal, kPresets[1]!.signal, { type: 'checkout' }, kPresets[3]!.signal],
  },
  {
    name: 'Returns through a link',
    says: 'a visitor who responded',
    signals: [kPresets[4]!.signal, view('/spring'), view('/tees/1'), kPresets[1]!.signal, view('/cart')],
  },
];

export const kStorylineLasts = 3000; // milliseconds from the first to the last signal of a journey
