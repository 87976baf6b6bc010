// From a record of Snowplow's canonical event form to a signal of Beckon's contract. Pure.
//
// Nothing that names a person goes along: no e-mail, no IP address, no user-agent text.

const column = {
  action: 'unstruct_event_com_snowplowanalytics_snowplow_ecommerce_snowplow_ecommerce_action_1_0_0',
  products: 'contexts_com_snowplowanalytics_snowplow_ecommerce_product_1_0_0',
  cart: 'contexts_com_snowplowanalytics_snowplow_ecommerce_cart_1_0_0',
  step: 'contexts_com_snowplowanalytics_snowplow_ecommerce_checkout_step_1_0_0',
  transaction: 'contexts_com_snowplowanalytics_snowplow_ecommerce_transaction_1_0_0',
  page: 'contexts_com_snowplowanalytics_snowplow_ecommerce_page_1_0_0',
  clientSession: 'contexts_com_snowplowanalytics_snowplow_client_session_1_0_1',
  screen: 'contexts_com_snowplowanalytics_mobile_screen_1_0_0',
};
const metadataLimit = 2048; // bytes of JSON
const valueLimit = 256; // characters

// A column that holds JSON: an object, or a list of which the first entry counts. Anything else is an empty object.
const json = (record, name) => {
  try {
    return JSON.parse(record[name] || 'null');
  } catch {
    return null;
  }
};
const list = (record, name) => [json(record, name)].flat().filter(entry => entry && typeof entry === 'object');
const first = (record, name) => list(record, name)[0] ?? {};

const number = text =>
  text === null || text === undefined || text === '' || !Number.isFinite(Number(text)) ? undefined : Number(text);
const word = value => (value === null || value === undefined || value === '' ? undefined : String(value));
const present = object => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
const cut = (text, characters) => text && [...text].slice(0, characters).join('');
const name = (text, allowed, longest) =>
  (text ?? '')
    .replace(allowed, '_')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, longest);

export const sessionOf = record =>
  name(record.domain_sessionid || word(first(record, column.clientSession).sessionId), /[^A-Za-z0-9._:-]/g, 128);
export const visitorOf = record =>
  name(record.domain_userid || word(first(record, column.clientSession).userId), /[^A-Za-z0-9._:-]/g, 128) || undefined;

// The instant of the event in epoch milliseconds; NaN where there is none that can be read.
export const timeOf = record =>
  Date.parse((record.derived_tstamp || record.collector_tstamp || '').replace(' ', 'T').replace(/(\.\d{3})\d+/, '$1'));

const actionOf = record => first(record, column.action);
export const keyOf = record =>
  name(word(actionOf(record).type) ?? (record.event_name || record.event), /[^A-Za-z0-9._:-]/g, 64);

export function contextOf(record) {
  return present({
    page: word(record.page_urlpath) ?? word(first(record, column.screen).name),
    pageType: word(first(record, column.page).type),
    country: word(record.geo_country),
    device: { web: 'DESKTOP', mob: 'MOBILE' }[record.platform],
    source: word(record.mkt_source) ?? word(record.refr_source),
    campaign: word(record.mkt_campaign),
  });
}

const product = entry =>
  present({
    id: word(entry.id),
    category: word(entry.category),
    price: number(entry.price),
    quantity: number(entry.quantity),
  });

// What the action was about, most telling first: the order, the step, the list, the products.
function signalValueOf(record) {
  const products = list(record, column.products)
    .map(entry => word(entry.id))
    .filter(Boolean)
    .join(',');
  return (
    word(first(record, column.transaction).transaction_id) ??
    word(first(record, column.step).step) ??
    word(actionOf(record).name) ??
    word(products)
  );
}

function metadataOf(record) {
  const order = first(record, column.transaction);
  const cart = first(record, column.cart);
  const products = list(record, column.products).map(product);
  const prices = products.map(entry => (entry.price ?? 0) * (entry.quantity ?? 1));
  const amount =
    number(order.revenue) ??
    (prices.length ? Math.round(prices.reduce((sum, price) => sum + price, 0) * 100) / 100 : undefined);
  const metadata = present({
    amount,
    currency: word(order.currency) ?? word(cart.currency) ?? word(first(record, column.products).currency),
    cartValue: number(cart.total_value),
    list: word(actionOf(record).name),
    step: number(first(record, column.step).step),
    products: products.length ? products : undefined,
  });
  // Products from the end go first where all of it would be too long.
  while (metadata.products && Buffer.byteLength(JSON.stringify(metadata)) > metadataLimit) {
    metadata.productsLeftOut = (metadata.productsLeftOut ?? 0) + 1;
    if (metadata.products.length === 1) delete metadata.products;
    else metadata.products = metadata.products.slice(0, -1);
  }
  return Buffer.byteLength(JSON.stringify(metadata)) > metadataLimit ? {} : metadata;
}

// { sessionId, visitorId?, at (ms), context, signal }, or { problem } where the record cannot become a signal.
export function observation(record) {
  const at = timeOf(record);
  const sessionId = sessionOf(record);
  const signalKey = keyOf(record);
  if (!sessionId) return { problem: 'no session id' };
  if (!signalKey) return { problem: 'no event type' };
  if (Number.isNaN(at)) return { problem: 'no readable time' };
  const signal = present({
    id: word(record.event_id),
    signalKey,
    signalValue: cut(signalValueOf(record), valueLimit),
    source: 'snowplow',
    metadata: metadataOf(record),
  });
  return { sessionId, visitorId: visitorOf(record), at, context: contextOf(record), signal };
}
