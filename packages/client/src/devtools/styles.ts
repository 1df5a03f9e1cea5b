/**
 * Styles of the panel. They are used in a shadow root, so that they and the application's styles do not affect each other,
 * and as an adopted style sheet, which a content security policy without inline styles allows.
 */
export const styles = `
:host { all: initial; }
* { box-sizing: border-box; }
.root {
  --canvas: light-dark(#ffffff, #15191c); --sunken: light-dark(#f4f6f8, #0f1214); --line: light-dark(#e0e4ea, #2a3138);
  --ink: light-dark(#12161b, #eaedf0); --ink-2: light-dark(#465260, #aab5c0); --accent: light-dark(#8a5a00, #f6b73c);
  --bar: light-dark(#d08700, #f6b73c); --up: light-dark(#1b5fb0, #8bbcf5); --down: light-dark(#156a3e, #7fd3a6);
  --ok-bg: light-dark(#def2e6, #11311f); --ok: light-dark(#125c35, #8cdab0);
  --warn-bg: light-dark(#fcefd2, #392b0b); --warn: light-dark(#744604, #f2c568);
  --bad-bg: light-dark(#fce5e3, #421916); --bad: light-dark(#93211a, #f7aca5);
  --focus: light-dark(#1a63bd, #7db4f5);
  color: var(--ink); font: 13px/1.45 -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, system-ui, sans-serif;
  color-scheme: light dark;
}
.root[data-theme="light"] { color-scheme: light; }
.root[data-theme="dark"] { color-scheme: dark; }
.mono, td.mono, input.mono { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 12px; }
button { font: inherit; color: inherit; background: none; border: 0; cursor: pointer; border-radius: 6px; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 1px; }
.launcher {
  position: fixed; right: 16px; bottom: 16px; z-index: 2147483000; display: flex; align-items: center; gap: 8px;
  padding: 8px 12px; background: var(--canvas); border: 1px solid var(--line); border-radius: 999px;
  box-shadow: 0 2px 12px rgb(0 0 0 / 0.18); font-weight: 600;
}
.panel {
  position: fixed; inset: auto 0 0 0; z-index: 2147483000; height: min(46vh, 440px); min-height: 280px; display: flex;
  flex-direction: column; background: var(--canvas); border-top: 1px solid var(--line);
  box-shadow: 0 -4px 24px rgb(0 0 0 / 0.14);
}
.bar { display: flex; align-items: center; gap: 4px; padding: 0 8px; border-bottom: 1px solid var(--line); }
.title { display: flex; align-items: center; gap: 8px; padding: 8px 10px 8px 6px; font-weight: 700; white-space: nowrap; }
.dot { width: 9px; height: 9px; border-radius: 50%; background: var(--warn); flex: none; }
.dot.good { background: var(--ok); } .dot.bad { background: var(--bad); }
.tabs { display: flex; flex: 1; overflow-x: auto; scrollbar-width: none; }
.tabs button { padding: 10px 11px; color: var(--ink-2); white-space: nowrap; border-radius: 0; border-bottom: 2px solid transparent; }
.tabs button:hover { color: var(--ink); }
.tabs button[aria-selected="true"] { color: var(--ink); font-weight: 600; border-bottom-color: var(--bar); }
.tabs button:focus-visible { outline-offset: -2px; }
.count { margin-left: 5px; font-size: 11px; padding: 0 6px; border-radius: 999px; background: var(--sunken); color: var(--ink-2); font-weight: 500; }
.close { padding: 6px 10px; font-size: 16px; line-height: 1; color: var(--ink-2); }
.body { flex: 1; overflow: auto; padding: 14px 16px 18px; }
.grid { display: grid; gap: 14px 28px; grid-template-columns: minmax(260px, 1fr) minmax(320px, 1.3fr); }
h3 { font-size: 12px; margin: 0 0 8px; color: var(--ink-2); font-weight: 600; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 5px 16px; margin: 0; }
dt { color: var(--ink-2); } dd { margin: 0; overflow-wrap: anywhere; }
.tag { display: inline-block; padding: 1px 8px; border-radius: 999px; font-size: 12px; background: var(--sunken); color: var(--ink-2); white-space: nowrap; }
.tag.yes { background: var(--ok-bg); color: var(--ok); } .tag.maybe { background: var(--warn-bg); color: var(--warn); }
.tag.no { background: var(--bad-bg); color: var(--bad); }
.note { color: var(--ink-2); margin: 8px 0 0; max-width: 70ch; }
.tools { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin-bottom: 10px; }
.tools input, .tools select {
  font: inherit; color: var(--ink); background: var(--canvas); border: 1px solid var(--line); border-radius: 6px;
  padding: 5px 9px; min-width: 0;
}
.tools input { flex: 1 1 190px; max-width: 380px; }
.push { padding: 5px 11px; border: 1px solid var(--line); background: var(--canvas); }
.push:hover { background: var(--sunken); }
table { width: 100%; border-collapse: collapse; }
th { position: sticky; top: -14px; background: var(--canvas); text-align: left; font-weight: 600; color: var(--ink-2); font-size: 12px; }
th, td { padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.wide { width: 99%; overflow-wrap: anywhere; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
.up { color: var(--up); } .down { color: var(--down); }
.link { padding: 0; color: inherit; text-decoration: underline; text-underline-offset: 2px; text-decoration-color: var(--line); }
details summary { cursor: pointer; overflow-wrap: anywhere; }
pre { margin: 6px 0 2px; padding: 8px 10px; background: var(--sunken); border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; }
.empty { color: var(--ink-2); padding: 24px 0; text-align: center; }
.answer { padding: 10px 14px; border-radius: 8px; background: var(--sunken); margin: 0 0 12px; font-weight: 600; max-width: 90ch; }
.way { list-style: none; margin: 0; padding: 0; max-width: 90ch; }
.way li { display: grid; grid-template-columns: 22px minmax(150px, 210px) 1fr; gap: 10px; padding: 7px 0; border-top: 1px solid var(--line); }
.way .mark { font-weight: 700; text-align: center; }
.way .yes { color: var(--ok); } .way .maybe { color: var(--warn); } .way .no { color: var(--bad); }
.way b { font-weight: 500; color: var(--ink-2); }
svg.lag { display: block; width: 100%; max-width: 560px; height: 132px; overflow: visible; }
svg.lag rect { fill: var(--bar); } svg.lag rect.none { fill: var(--line); }
svg.lag text { fill: var(--ink-2); font-size: 10.5px; } svg.lag text.value { fill: var(--ink); font-weight: 600; }
.figures { display: flex; gap: 22px; margin: 0 0 10px; flex-wrap: wrap; }
.figures div { display: flex; flex-direction: column; } .figures strong { font-size: 19px; font-weight: 650; font-variant-numeric: tabular-nums; }
.figures span { color: var(--ink-2); font-size: 12px; }
@media (max-width: 640px) {
  .panel { height: 72vh; }
  .title .name { display: none; }
  .grid { grid-template-columns: 1fr; }
  .body { padding: 12px; }
  th { top: -12px; }
  .way li { grid-template-columns: 20px 1fr; } .way li > :last-child { grid-column: 2; }
  .optional { display: none; }
  .tools input { max-width: none; }
  svg.lag { height: auto; } svg.lag text { font-size: 17px; } svg.lag text.between { display: none; }
}
`;
