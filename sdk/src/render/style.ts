// The style of popup and banner. The page can set --beckon-accent, --beckon-paper, --beckon-ink and --beckon-font.
export const kStyle = `
:host { --paper: var(--beckon-paper, #fff); --ink: var(--beckon-ink, #1c1f24); --accent: var(--beckon-accent, #1f5fd0); color-scheme: light dark }
@media (prefers-color-scheme: dark) { :host { --paper: var(--beckon-paper, #1d2127); --ink: var(--beckon-ink, #eef0f3); --accent: var(--beckon-accent, #8ab4ff) } }
.surface { box-sizing: border-box; background: var(--paper); color: var(--ink); font: 1rem/1.5 var(--beckon-font, system-ui, sans-serif); border: 1px solid color-mix(in srgb, var(--ink) 20%, transparent) }
.popup { width: min(26rem, calc(100vw - 2rem)); padding: 1.5rem; border-radius: .75rem }
.popup::backdrop { background: rgb(0 0 0 / .5) }
.banner { position: fixed; inset: auto 0 0; z-index: 2147483000; display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; padding: .75rem 1rem }
.banner.top { inset: 0 0 auto }
.title { margin: 0; font-size: 1.2em; font-weight: 650 }
.banner .title { font-size: 1em }
.text { margin: .25em 0; flex: 1 1 16rem; overflow-wrap: anywhere }
.code { display: inline-block; padding: .2em .6em; border: 1px dashed currentColor; font: 600 1.1em ui-monospace, monospace; user-select: all }
.choices { display: flex; flex-wrap: wrap; gap: .5rem; margin: .75rem 0 0 }
.banner .choices { margin: 0 }
a, button { display: inline-flex; align-items: center; box-sizing: border-box; min-height: 2.5rem; padding: .4rem 1rem; border: 1px solid var(--accent); border-radius: .4rem; font: inherit; text-decoration: none; cursor: pointer; color: var(--accent); background: transparent }
.main { background: var(--accent); color: var(--paper); font-weight: 600 }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
@media (forced-colors: active) { a, button { border-color: ButtonText } }
`;
