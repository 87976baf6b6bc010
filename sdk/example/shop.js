// An example shop that sends signals and asks for decisions. It runs under a policy that forbids inline scripts, inline
// styles and markup built from text.
const beckon = window.beckon;
const at = id => document.getElementById(id);

const say = text => {
  const line = document.createElement('li');
  line.textContent = text;
  at('log').append(line);
};
const told = decision =>
  decision ? `${decision.outcome}${decision.ruleId ? ` by ${decision.ruleId}` : ''}` : 'no decision';

async function decide(trigger, asking) {
  const before = performance.now();
  const decision = await beckon.decide(trigger, asking);
  say(`${trigger}: ${told(decision)}, after ${(performance.now() - before).toFixed(1)} ms`);
}

const signal = (type, extra) => beckon.signal(type, extra).then(({ outcome }) => say(`${type}: ${outcome}`));

at('add').addEventListener('click', () =>
  signal('cart', { value: 'add', metadata: { sku: 'lamp', price: 49, amount: 49 } }),
);
at('buy').addEventListener('click', () => signal('purchase', { value: 49, metadata: { amount: 49 } }));
at('checkout').addEventListener('click', () => decide('checkout'));
at('leave').addEventListener('click', () => decide('exit_intent', { stale: true }));
document.documentElement.addEventListener('mouseleave', () => decide('exit_intent', { stale: true }));
document
  .querySelectorAll('[name=consent]')
  .forEach(choice =>
    choice.addEventListener('change', () => beckon.consent(choice.value).then(() => say(`consent: ${choice.value}`))),
  );
document.querySelectorAll('[data-page]').forEach(link =>
  link.addEventListener('click', event => {
    event.preventDefault();
    history.pushState(null, '', `/apps/example-shop?page=${link.dataset.page.slice(1)}`); // a view, by data-pages
  }),
);

// Prefetched, so that they are ready before the visitor leaves.
beckon
  .prefetch(['exit_intent', 'checkout'])
  .then(decisions => decisions.forEach(decision => say(`${decision.trigger} is ready: ${told(decision)}`)));
