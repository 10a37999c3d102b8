/**
 * How the pictures look. The page defines the colours of ink, paper and severities (`--ink`, `--ink-soft`, `--paper`, `--panel`, `--line`,
 * `--accent`, `--error`, `--warning`, `--note`, and the classes `unseen`, `nothing` and `copy-button`) for light and dark; the series are
 * defined here: Okabe and Ito's colours, which people with any kind of colour vision can tell apart, lighter on dark paper.
 */
export const VISUALS_STYLE = `
:root {
  --series-1: #0072b2; --series-2: #b35900; --series-3: #00805c; --series-4: #a8457f;
  --series-5: #2b7fb8; --series-6: #8a6d00; --series-7: #5b4fa2; --series-8: #6b6b6b;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --series-1: #6cb6e8; --series-2: #f0a04b; --series-3: #4cc9a0; --series-4: #e29cc4;
    --series-5: #9ccdf0; --series-6: #e0c84a; --series-7: #b3a8ee; --series-8: #b0b0b0;
  }
}

.visual { position: relative; margin: 12px 0 0; color: var(--ink); font-variant-numeric: tabular-nums; }
.visual figcaption { margin: 10px 0 0; max-width: 60rem; text-wrap: pretty; color: var(--ink-soft); font-size: 13px; line-height: 1.45; }
.visual svg { display: block; }
.visual svg text { fill: var(--ink); font-size: 12px; }
.visual svg .is-faded { opacity: 0.18; }

.view-switch { display: inline-flex; margin: 0 0 12px; padding: 0; border: 1px solid var(--line); border-radius: 6px; overflow: hidden; }
.view-switch button { margin: 0; padding: 5px 14px; border: 0; background: none; color: var(--ink-soft); font: inherit; font-size: 13px; cursor: pointer; }
.view-switch button + button { border-left: 1px solid var(--line); }
.view-switch button[aria-pressed='true'] { background: var(--panel); color: var(--ink); font-weight: 600; box-shadow: inset 0 -2px var(--accent); }
.view-switch button:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }

.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 12px 0 0; padding: 0; list-style: none; font-size: 13px; color: var(--ink-soft); }
.legend li { display: flex; align-items: center; gap: 7px; }

.severity-mark .shape { stroke: var(--paper); stroke-width: 2; paint-order: stroke; }
.severity-mark .sign { fill: none; stroke: var(--paper); stroke-width: 1.8; stroke-linecap: round; }
.severity-mark.is-error .shape { fill: var(--error); }
.severity-mark.is-warning .shape { fill: var(--warning); }
.severity-mark.is-note .shape { fill: var(--note); }
.mac-mark .shape { fill: var(--paper); stroke: var(--ink-soft); stroke-width: 1.5; }
.mac-mark .sign { fill: none; stroke: var(--ink); stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round; }
.is-error > .mac-mark .shape { stroke: var(--error); }
.is-warning > .mac-mark .shape { stroke: var(--warning); }
.is-note > .mac-mark .shape { stroke: var(--note); }

.overlay-graph { max-width: 100%; height: auto; }
.overlay-graph.is-narrow { display: none; width: 100%; max-width: 460px; }
.overlay .link { fill: none; stroke: var(--series-1); stroke-linecap: round; stroke-opacity: 0.55; }
.overlay .link.width-1 { stroke-width: 1; }
.overlay .link.width-2 { stroke-width: 2; }
.overlay .link.width-3 { stroke-width: 3.5; }
.overlay .link.width-4 { stroke-width: 6; }
.overlay .link.is-error { stroke: var(--error); }
.overlay .link.is-warning { stroke: var(--warning); }
.overlay .arc { fill: none; stroke: var(--ink-soft); stroke-width: 1.5; stroke-dasharray: 5 4; }
.overlay .arc.is-error { stroke: var(--error); }
.overlay .arc.is-warning { stroke: var(--warning); }
.overlay .arc.is-note { stroke: var(--note); }
.overlay .are-many .link { stroke-opacity: 0.32; }
.overlay .has-focus .link { stroke-opacity: 0.75; }
.overlay .pair-lines .link.is-error, .overlay .pair-lines .link.is-warning, .overlay .pair-lines .link.is-note { stroke-opacity: 0.9; }
.overlay .link-label rect { fill: var(--paper); }
.overlay .link-label text { fill: var(--ink-soft); text-anchor: middle; }
.overlay .node > .shape { fill: var(--panel); stroke: var(--ink-soft); stroke-width: 1.25; }
.overlay .node.is-group > .shape, .legend .group-sample { fill: var(--paper); stroke: var(--ink-soft); stroke-width: 1.25; stroke-dasharray: 3 2; }
.overlay .node text { text-anchor: middle; }
.overlay svg .node.is-faded { opacity: 1; }
.overlay .node.is-faded > .shape { fill: var(--paper); stroke: var(--line); }
.overlay .node.is-faded > :not(.shape) { opacity: 0.45; }
.overlay .node[role='button'] { cursor: pointer; outline: none; }
.overlay .node[role='button']:hover > .shape { stroke: var(--accent); stroke-width: 2; }
.overlay .node[role='button']:focus-visible > .shape { stroke: var(--accent); stroke-width: 3; }
.overlay .node.is-chosen > .shape { fill: var(--accent); stroke: var(--accent); }
.overlay .node.is-chosen text { fill: var(--paper); }

.visual .scrollable { margin: 0; overflow-x: auto; }
/* Where scrollbars hide until one scrolls, nothing else would say that there is more. */
.scrollable::-webkit-scrollbar { height: 10px; }
.scrollable::-webkit-scrollbar-thumb { border-radius: 5px; background: var(--strong); }
.scrollable:focus-visible, .scrollable svg:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.overlay-matrix .ground { fill: var(--panel); }
.overlay-matrix .band { fill: var(--accent); fill-opacity: 0.12; }
.overlay-matrix .grid { fill: none; stroke: var(--paper); stroke-width: 1; }
.overlay .cells { fill: none; stroke: var(--series-1); }
.overlay .cells.shade-1 { stroke-opacity: 0.25; }
.overlay .cells.shade-2 { stroke-opacity: 0.45; }
.overlay .cells.shade-3 { stroke-opacity: 0.7; }
.overlay .matrix-mark { stroke: var(--paper); stroke-width: 1; }
.overlay .matrix-mark.is-error { fill: var(--error); }
.overlay .matrix-mark.is-warning { fill: var(--warning); }
.overlay .matrix-mark.is-note { fill: var(--note); }
.overlay .matrix-mac { fill: var(--paper); stroke-width: 1.5; }
.overlay .matrix-mac.is-error { stroke: var(--error); }
.overlay .matrix-mac.is-warning { stroke: var(--warning); }
.overlay .matrix-mac.is-note { stroke: var(--note); }
.overlay .matrix-sign { fill: none; stroke: var(--ink); stroke-width: 1.2; }
.overlay-matrix .pointer { fill: none; stroke: var(--ink); stroke-width: 1; }
.overlay-matrix text.is-chosen { font-weight: 600; fill: var(--accent); }
.overlay-matrix svg[tabindex] { cursor: crosshair; }
.matrix-readout { min-height: 1.5em; margin: 8px 0 0; font-size: 13px; }

.timeline-rows { width: 100%; border-collapse: collapse; table-layout: auto; }
.timeline-rows th, .timeline-rows td { padding: 0; border: 0; background: none; }
.timeline-rows thead th { color: var(--ink-soft); font-size: 12px; font-weight: 400; text-align: left; vertical-align: bottom; }
.timeline-rows thead th:last-child { text-align: right; }
.timeline-rows thead .axis text { fill: var(--ink-soft); font-size: 12px; }
.timeline-rows tbody th { width: 1px; padding-right: 14px; text-align: left; font-size: 13px; font-weight: 500; white-space: nowrap; }
.timeline-rows tbody th button { margin: 0 -6px; padding: 3px 6px; border: 0; border-radius: 4px; background: none; color: inherit; font: inherit; cursor: pointer; }
.timeline-rows tbody th button:hover { background: var(--panel); }
.timeline-rows tbody th button:focus-visible { outline: 2px solid var(--accent); }
.timeline-rows tr.is-chosen th { color: var(--accent); font-weight: 600; }
.timeline-rows tr.is-faded .fill { opacity: 0.3; }
.timeline-rows tr.is-faded :is(th, strong) { color: var(--ink-soft); font-weight: 400; }
.timeline-rows td.bars { padding: 5px 0; }
.timeline-rows .fill { fill: var(--series-1); }
.timeline-rows .rule { stroke: var(--line); vector-effect: non-scaling-stroke; }
.timeline-rows .base { stroke: var(--line); vector-effect: non-scaling-stroke; }
.timeline-rows td.peak { width: 1px; padding-left: 14px; text-align: right; font-size: 13px; line-height: 1.3; white-space: nowrap; }
.timeline-rows td.peak strong { display: block; font-weight: 600; }
.timeline-rows.is-dense td.bars { padding: 3px 0; }
.timeline-rows.is-dense td.peak strong { display: inline; margin-right: 10px; }
.timeline-rows td.peak span { color: var(--ink-soft); font-size: 12px; }

.sizes table { border-collapse: collapse; }
.sizes caption { padding: 0 0 6px; text-align: left; font-size: 13px; font-weight: 600; }
.sizes th, .sizes td { padding: 3px 0; border: 0; background: none; font-size: 13px; }
.sizes th { font-weight: 400; }
.sizes .number { text-align: right; white-space: nowrap; }
.size-bars { width: 100%; }
.size-bars th, .size-bars td { vertical-align: top; line-height: 18px; }
.size-bars tbody th { width: 1px; padding-right: 14px; text-align: right; white-space: nowrap; }
.size-bars td.bar svg { margin: 2px 0; }
.size-bars tr.is-empty td.bar svg { height: 1px; }
.size-bars td.bar rect { fill: var(--series-1); }
.size-bars tr.is-above td.bar rect { fill: var(--warning); }
.size-bars td.number { width: 1px; padding-left: 14px; }
.size-mark { display: block; width: fit-content; margin: 4px 0 6px; padding: 0 0 0 8px; border-left: 3px solid var(--accent); color: var(--ink-soft); font-size: 12px; }
.sizes .scrollable { margin-top: 20px; }
.pair-mtu { min-width: min(100%, 46rem); }
.pair-mtu th, .pair-mtu td { border-bottom: 1px solid var(--line); }
.pair-mtu thead th { color: var(--ink-soft); font-size: 12px; text-align: right; vertical-align: bottom; }
.pair-mtu thead th:first-child, .pair-mtu tbody th { text-align: left; }
.pair-mtu tbody th { white-space: nowrap; }
.pair-mtu td { padding-left: 18px; }
.pair-mtu .unknown { color: var(--ink-soft); text-align: right; }
.pair-mtu code { font: inherit; }
.pair-mtu .copy-button { min-width: 0; margin-left: 8px; }

@media screen and (min-width: 1240px) {
  .overlay.is-graph { display: grid; grid-template-columns: minmax(0, max-content) minmax(11.5rem, 1fr); column-gap: 2.5rem; justify-items: start; }
  .overlay > .view-switch, .overlay > figcaption { grid-column: 1 / -1; }
  .overlay > .overlay-graphs { grid-column: 1; max-width: 100%; min-width: 0; }
  .overlay.is-graph > .legend { grid-column: 2; flex-direction: column; margin-top: 0; }
}
@media print, (max-width: 1100px) {
  .timeline-rows .is-between { display: none; }
}
@media screen and (max-width: 860px) {
  .overlay-graph.is-wide { display: none; }
  .overlay-graph.is-narrow { display: block; margin: 0 auto; }
  .timeline-rows, .timeline-rows thead, .timeline-rows tbody { display: block; }
  .timeline-rows tr { display: grid; grid-template-columns: 1fr auto; align-items: baseline; }
  .timeline-rows thead th:first-child, .timeline-rows thead th:last-child { display: none; }
  .timeline-rows thead th, .timeline-rows td.bars { grid-column: 1 / -1; grid-row: 2; }
  .timeline-rows tbody th, .timeline-rows td.peak { width: auto; }
  .timeline-rows td.peak strong { display: inline; margin-right: 6px; }
  .pair-mtu caption { max-width: calc(100vw - 3rem); }
  .size-bars tr { display: grid; grid-template-columns: 1fr auto 5em; }
  .size-bars th, .size-bars td { vertical-align: top; line-height: 18px; }
  .size-bars tbody th { width: auto; text-align: left; }
  .size-bars td.bar { grid-column: 1 / -1; grid-row: 2; }
  .size-bars td.number { width: auto; }
}
@media screen and (max-width: 600px) {
  .pair-mtu, .pair-mtu tbody, .pair-mtu caption { display: block; min-width: 0; }
  .pair-mtu thead { display: none; }
  .pair-mtu tr { display: grid; grid-template-columns: 1fr 1fr; gap: 2px 16px; padding: 8px 0; border-bottom: 1px solid var(--line); }
  .sizes .pair-mtu :is(tbody th, td) { padding: 0; border: 0; line-height: 24px; }
  .pair-mtu :is(tbody th, td.unknown[colspan]) { grid-column: 1 / -1; }
  .sizes .pair-mtu td { text-align: left; }
  .pair-mtu td::before { content: attr(data-head) " "; color: var(--ink-soft); font-size: 12px; }
  .pair-mtu td:is(:nth-child(2), :nth-child(3)) { font-size: 12px; }
  .pair-mtu td:nth-child(3) .copy-button { display: none; }
}
@media print {
  .visual .scrollable { overflow: visible; }
  .overlay-matrix svg { max-width: 100%; height: auto; }
  /* What is wider than a sheet shrinks; its letters must not. */
  .overlay svg text { font-size: 13.2px; }
  .overlay-matrix svg text { font-size: 12.5px; }
  .view-switch, .matrix-readout { display: none; }
  .timeline-rows tr, .size-bars tr, .pair-mtu, .overlay-graph, .overlay-matrix, .legend li { break-inside: avoid; }
  .visual * { print-color-adjust: exact; }
}
`
