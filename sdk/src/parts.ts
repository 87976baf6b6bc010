// beckon-core.js is kept small: it lacks what only decisions need, and some conveniences (see docs/browser.md).
declare const BECKON_CORE: true | undefined;

export const kWhole = typeof BECKON_CORE === 'undefined';
