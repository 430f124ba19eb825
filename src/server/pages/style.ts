import { KINDS } from './words.ts';

/** The style sheet of all pages: light and dark, for screens of any width and for print. */
export const STYLE = `
:root { color-scheme: light dark; --text: #1b1f24; --soft: #57606a; --line: #d0d7de; --ground: #fff; --accent: #0b57d0;
  --encoder: #0b57d0; --llm: #9a3412; --other: #6b21a8; --baseline: #57606a; --unsaid: #0f766e; --good: #116329; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6edf3; --soft: #9aa4af; --line: #3a424b; --ground: #0d1117; --accent: #8ab4f8;
    --encoder: #8ab4f8; --llm: #fdba74; --other: #d8b4fe; --baseline: #9aa4af; --unsaid: #5eead4; --good: #7ee2a0; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; background: var(--ground); color: var(--text);
  font: 16px/1.55 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
a { color: var(--accent); }
header { display: flex; flex-wrap: wrap; gap: .5rem .75rem; align-items: baseline; border-bottom: 1px solid var(--line);
  padding-bottom: .75rem; }
header .name { font-weight: 700; margin-right: auto; }
header form { margin: 0; } header button { padding: .1rem .4rem; }
h1 { font-size: 1.5rem; margin: 1.25rem 0 .5rem; }
h2 { font-size: 1.15rem; margin: 1.5rem 0 .5rem; }
.soft { color: var(--soft); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number, th.number { text-align: right; white-space: nowrap; }
th, summary { word-break: keep-all; } summary { white-space: nowrap; } td dl div { grid-template-columns: minmax(9rem, 1fr); }
caption { text-align: left; padding-bottom: .4rem; }
.moment { white-space: nowrap; }
label { display: block; margin: .6rem 0 .2rem; }
input, textarea, select, button { font: inherit; color: inherit; background: transparent; border: 1px solid var(--line);
  border-radius: .35rem; padding: .4rem .6rem; max-width: 100%; }
input[type=file] { width: 100%; padding: 1.25rem .6rem; border-style: dashed; }
button { cursor: pointer; border-color: var(--accent); color: var(--accent); }
pre { overflow-x: auto; border: 1px solid var(--line); border-radius: .35rem; padding: .6rem; }
.alert { border-left: 4px solid #d1242f; padding-left: .75rem; }
form.controls { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: end; margin: .75rem 0; }
label.choice { margin: 0; overflow-wrap: anywhere; }
.controls span { min-width: 0; max-width: 100%; }
.badge { white-space: nowrap; border: 1px solid currentColor; border-radius: 1rem; padding: 0 .5rem; font-size: .85em;
  color: var(--good); }
figure { margin: 1rem 0; break-inside: avoid; }
figcaption { margin-bottom: .35rem; font-weight: 600; }
.legend { margin-left: .75rem; font-weight: 400; white-space: nowrap; }
svg { display: block; max-width: 100%; height: auto; }
svg text { white-space: pre; }
svg.narrow { display: none; }
${KINDS.map((kind) => `.${kind} { color: var(--${kind}); }`).join(' ')} .accent { color: var(--accent); }
dl { margin: .5rem 0; }
dl div { display: grid; grid-template-columns: 10.5em minmax(0, 1fr); gap: 0 .75rem; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: 0 2rem; }
@media (max-width: 40rem) {
  .minor, svg.wide { display: none; } svg.narrow { display: block; } .interval { display: block; }
}
@media print { form:not(.list), form.controls, button, input[type=checkbox], .no-print { display: none; } body { max-width: none; } }
`;
