// Lets a page call the library before it has loaded: the same functions, each returning a promise. Constant, so that its
// hash can be used in a Content-Security-Policy; options are attributes of the library's script tag.
(beckon => {
  if (beckon.signal) return;
  for (const name of [
    'signal',
    'decide',
    'prefetch',
    'onDecision',
    'report',
    'consent',
    'context',
    'identify',
    'traits',
    'logout',
    'reset',
    'session',
    'flush',
    'use',
  ])
    beckon[name] = (...args) => new Promise((done, failed) => beckon.push([name, args, done, failed]));
})((window.beckon = window.beckon || []));
