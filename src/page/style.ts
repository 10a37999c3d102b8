/**
 * How the page looks: calm and dense; light and dark; 390 pixels and wider; on paper. Colours are variables, so that there is one place for
 * each. Severity has a mark and a word before its colour, and no text is below 11 pixels.
 */

import { VISUALS_STYLE } from './visuals/style.ts'

const COLOURS = `
:root {
  color-scheme: light dark;
  --paper: #ffffff;
  --panel: #f6f7f9;
  --ink: #1b1f24;
  --ink-soft: #57606a;
  --line: #dfe3e8;
  --strong: #b4bcc6;
  --accent: #0757b8;
  --error: #b42318;
  --warning: #8a5300;
  --note: #37618f;
  --fine: #1a6b3b;
  --error-ground: #fdeceb;
  --warning-ground: #fdf3e1;
  --note-ground: #ebf2fa;
  --fine-ground: #e7f5ec;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b;
    --panel: #1c2026;
    --ink: #e4e7eb;
    --ink-soft: #a2acb8;
    --line: #2e353e;
    --strong: #4b5563;
    --accent: #82b4f7;
    --error: #ff8f85;
    --warning: #f0bd62;
    --note: #98bfea;
    --fine: #7dcb98;
    --error-ground: #3a1f1d;
    --warning-ground: #352a15;
    --note-ground: #1c2a3a;
    --fine-ground: #183024;
  }
}
@media print { :root { color-scheme: light; } }
`

const TEXT = `
*, ::before, ::after { box-sizing: border-box; }
/* The page keeps what was chosen in its place; the browser must not as well. */
html { overflow-anchor: none; scroll-padding-top: 4.5rem; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0;
  background: var(--paper);
  color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
  font-variant-numeric: tabular-nums;
}
main { max-width: 84rem; margin: 0 auto; padding: 2rem clamp(1rem, 3vw, 2.5rem) 3rem; }
section { margin-top: 2.5rem; }
h1, h2, h3, p, ul, dl, dd { margin: 0; }
h1 { font-size: 1.0625rem; font-weight: 600; overflow-wrap: anywhere; }
h2 { font-size: 1.125rem; font-weight: 650; line-height: 1.3; }
section > .visual { margin-top: .75rem; }
h2 small { font-size: .8125rem; font-weight: 400; color: var(--ink-soft); margin-inline-start: .375rem; }
a { color: var(--accent); text-underline-offset: .2em; text-decoration-thickness: 1px; }
code { font: .8125rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
button, input, select { font: inherit; font-size: .8125rem; color: inherit; }
button {
  padding: .25rem .625rem; border: 1px solid var(--strong); border-radius: 5px; background: var(--paper); cursor: pointer;
}
button:hover { border-color: var(--accent); color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.remark, .more, .nothing { color: var(--ink-soft); font-size: .8125rem; max-width: 60rem; }
.remark { margin-top: .25rem; }
.more { margin-top: .75rem; }
.nothing { margin-top: .5rem; }
.on-paper { display: none; margin-top: .25rem; color: var(--ink-soft); font-size: .8125rem; }
`

const HEAD = `
.head { max-width: 60rem; }
.kicker { font-size: .75rem; color: var(--ink-soft); letter-spacing: .04em; }
.lead { margin-top: 1rem; font-size: 1.375rem; line-height: 1.35; font-weight: 500; text-wrap: pretty; overflow-wrap: anywhere; }
.partial {
  margin-top: 1rem; padding: .5rem .75rem; border-radius: 6px; background: var(--warning-ground); color: var(--warning); font-weight: 600;
}
.counts { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: 1rem; padding: 0; list-style: none; }
.count { --tone: var(--ink-soft); --tone-ground: var(--panel); padding: .25rem .75rem; border-radius: 999px; font-weight: 600; }
.facts { margin-top: 1rem; color: var(--ink-soft); overflow-wrap: anywhere; }
.tries { margin-top: 1.25rem; }
.tries ul { margin-top: .5rem; padding-inline-start: 1.25rem; }
.tries li { margin-top: .25rem; }
.error { --tone: var(--error); --tone-ground: var(--error-ground); }
.warning { --tone: var(--warning); --tone-ground: var(--warning-ground); }
.note { --tone: var(--note); --tone-ground: var(--note-ground); }
.fine { --tone: var(--fine); --tone-ground: var(--fine-ground); }
.count, .badge { color: var(--tone); background: var(--tone-ground); }
`

const BAR = `
.filter-bar {
  position: sticky; top: 0; z-index: 3; display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1rem;
  margin: 1.5rem calc(-1 * clamp(1rem, 3vw, 2.5rem)) -1rem; padding: .625rem clamp(1rem, 3vw, 2.5rem);
  background: var(--paper); border-block: 1px solid var(--line);
}
.choice { display: flex; align-items: center; gap: .375rem; font-size: .8125rem; }
.choice label { color: var(--ink-soft); }
.filter-bar select, .search input {
  max-width: 15rem; padding: .25rem .5rem; border: 1px solid var(--strong); border-radius: 5px;
  background: var(--paper); color: var(--ink);
}
.filter-bar select.set { border-color: var(--accent); background: var(--note-ground); font-weight: 600; }
.chosen { font-size: .8125rem; font-weight: 600; }
.unknown-choice { font-size: .8125rem; font-weight: 600; color: var(--warning); overflow-wrap: anywhere; }
.clear { margin-inline-start: auto; }
`

const FINDINGS = `
.finding { margin-top: .75rem; border: 1px solid var(--line); border-inline-start: 4px solid var(--tone); border-radius: 6px; max-width: 64rem; }
summary {
  display: grid; grid-template-columns: auto 1fr auto; gap: .125rem .75rem; align-items: baseline; padding: .625rem .875rem;
  cursor: pointer; list-style: none; border-radius: 6px;
}
summary::-webkit-details-marker { display: none; }
summary::after { content: "+"; grid-area: 1 / 3; color: var(--ink-soft); font-size: .875rem; }
details[open] > summary::after { content: "−"; }
summary:hover { background: var(--panel); }
.badge { padding: .0625rem .5rem; border-radius: 4px; font-size: .75rem; font-weight: 650; white-space: nowrap; }
summary .title { font-weight: 600; text-wrap: pretty; overflow-wrap: anywhere; }
summary .about { grid-column: 2; color: var(--ink-soft); font-size: .8125rem; overflow-wrap: anywhere; }
.about code { color: var(--ink); font-size: .75rem; }
.finding dl { display: grid; grid-template-columns: 5.5rem minmax(0, 1fr); gap: .375rem 1rem; padding: .25rem .875rem .75rem; }
.finding dt, .label { font-size: .8125rem; line-height: 1.4375rem; color: var(--ink-soft); }
.finding dd { overflow-wrap: anywhere; }
.filter { display: flex; align-items: flex-start; gap: .5rem; }
.filter code { flex: 0 1 auto; padding: .0625rem .5rem; border-radius: 4px; background: var(--panel); user-select: all; }
.copy-button { flex: none; padding: 0 .5rem; font-size: .75rem; line-height: 1.375rem; min-width: 4.25rem; }
.to-rows { padding: 0 .875rem .75rem; padding-inline-start: calc(.875rem + 6.5rem); font-size: .8125rem; }
.explains { padding: 0 .875rem .875rem; }
.explains .finding { margin-top: .375rem; font-size: .875rem; }
.explains .finding summary { padding-block: .375rem; }
`

const TABLES = `
.table-head { display: flex; flex-wrap: wrap; align-items: flex-end; justify-content: space-between; gap: .375rem 1rem; }
.search input { width: 15rem; }
.box {
  margin-top: .5rem; max-height: 34rem; overflow: auto; border: 1px solid var(--line); border-radius: 6px;
  overscroll-behavior-x: contain; width: fit-content; max-width: 100%;
}
.box.virtual { height: 34rem; width: auto; contain: content; }
.box table { border-collapse: separate; border-spacing: 0; font-size: .8125rem; line-height: 1.25rem; }
.box.virtual table { table-layout: fixed; width: 100%; }
.box.virtual td { overflow: hidden; text-overflow: ellipsis; }
.box th, .box td {
  height: 29px; padding: .25rem .5rem; text-align: left; white-space: nowrap; border-bottom: 1px solid var(--line);
}
.box th { position: sticky; top: 0; z-index: 1; background: var(--panel); font-weight: 600; color: var(--ink-soft); }
.box tr:last-child td { border-bottom: 0; }
.box .right { text-align: right; }
.box .spacer td { padding: 0; border: 0; }
.box tbody tr:not(.spacer):hover td { background: var(--panel); }
.box td a { color: inherit; text-decoration-color: var(--strong); }
.box td a:hover { color: var(--accent); }
.box th button { position: relative; padding: 0; border: 0; background: none; font-weight: inherit; color: inherit; }
.box th[aria-sort="ascending"], .box th[aria-sort="descending"] { color: var(--ink); }
.order { position: absolute; inset-inline-start: calc(100% + 1px); bottom: 1px; font-size: .6875rem; line-height: 1; }
@media screen { .box wbr { display: none; } }
.columns { display: flex; flex-wrap: wrap; gap: 0 3rem; align-items: flex-start; }
.columns section { max-width: 100%; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--ink-soft); font-size: .8125rem; }
`

const NARROW = `
@media (max-width: 600px) {
  main { padding-top: 1.25rem; }
  section { margin-top: 2rem; }
  .lead { font-size: 1.1875rem; }
  .finding dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .finding dd { margin-bottom: .5rem; }
  .to-rows { padding-inline-start: .875rem; }
  summary .badge { justify-self: start; }
  summary .title, summary .about { grid-column: 1 / -1; }
  .filter { flex-wrap: wrap; }
  .filter-bar { position: static; gap: .5rem; }
  .choice { flex: 1 1 40%; }
  .filter-bar select { flex: 1; min-width: 0; }
  .search, .search input { width: 100%; }
}
`

const PAPER = `
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
@media print {
  @page { margin: 14mm; }
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  section { margin-top: 1.25rem; }
  .filter-bar, .search, .copy-button, .to-rows, .more button, .spacer, .off-paper { display: none; }
  .box, .box.virtual { max-height: none; height: auto; width: auto; overflow: visible; contain: none; border: 0; border-radius: 0; }
  .box table { min-width: 0 !important; border-collapse: collapse; font-size: 8pt; line-height: 1.3; }
  .box.virtual table { table-layout: auto; width: auto; }
  .box col { width: auto !important; }
  .box th, .box td { height: auto; padding: .125rem .375rem .125rem 0; vertical-align: baseline; }
  .box th { position: static; vertical-align: bottom; white-space: normal; background: none; }
  .box th:last-child, .box td:last-child { padding-inline-end: 0; }
  .box .wraps { white-space: normal; overflow-wrap: anywhere; }
  .box th.wraps { overflow-wrap: normal; }
  /* Chromium repeats no head that holds a button. */
  .box th button { display: contents; font-size: inherit; }
  .order { display: none; }
  /* The first row of a table that is scrolled is room. */
  .box:not(.virtual) tbody tr:nth-child(n + 26), .box.virtual tbody tr:nth-child(n + 27) { display: none; }
  .on-paper { display: block; }
  .filtered { color: var(--ink); font-weight: 600; }
  footer { margin-top: 1rem; break-before: avoid; }
  tr, .finding dl > *, summary { break-inside: avoid; }
  .timeline-rows tbody tr:first-child { break-before: avoid; }
  h2, summary, .label, .table-head, .remark, caption { break-after: avoid; }
  a { color: inherit; text-decoration: none; }
  .finding { border-color: var(--strong); border-inline-start-color: var(--tone); }
  details::details-content { content-visibility: visible; display: block; }
  summary::after, details[open] > summary::after { content: none; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
`

/** The style of the page. */
export const STYLE: string = [COLOURS, TEXT, HEAD, BAR, FINDINGS, TABLES, VISUALS_STYLE, NARROW, PAPER].join('')
