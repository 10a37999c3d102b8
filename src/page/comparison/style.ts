/** How the page of a comparison looks: as the report page, and what only it has. */
import { STYLE } from '../style.ts'

const OWN = `
.direction { max-width: none; }
.direction-body { padding: .25rem .875rem .875rem; }
.direction-body > p { max-width: 60rem; }
.direction-body section { margin-top: 1.5rem; }
.direction-body h2 { font-size: .9375rem; }
.over { margin-top: 14px; }
.over .label { margin: 0 0 4px; color: var(--ink); font-weight: 600; }
.plot { display: grid; grid-template-columns: 58px minmax(0, 1fr); column-gap: 8px; }
.plot .axis { grid-column: 2; }
.plot .side { overflow: visible; }
.plot .axis text, .plot .side text { fill: var(--ink-soft); font-size: 12px; }
.plot .area { background: var(--panel); }
.plot .rule { fill: none; stroke: var(--line); vector-effect: non-scaling-stroke; }
.plot .whisker { fill: none; stroke: var(--series-2); stroke-opacity: .4; vector-effect: non-scaling-stroke; }
.plot .mean, .plot .most { fill: none; stroke-linecap: round; vector-effect: non-scaling-stroke; }
.plot .mean { stroke: var(--series-1); stroke-width: 5; }
.plot .most { stroke: var(--series-2); stroke-width: 4; }
.plot .sent, .loss-rows rect.sent { fill: var(--series-1); fill-opacity: .45; }
.plot .lost, .loss-rows rect.lost { fill: var(--error); }
.key::before { content: ""; display: inline-block; width: 9px; height: 9px; margin-inline: 2px 5px; border-radius: 2px; background: var(--tone); }
.key-mean { --tone: var(--series-1); }
.key-most { --tone: var(--series-2); }
.key-mean::before, .key-most::before { border-radius: 50%; }
.key-sent { --tone: color-mix(in srgb, var(--series-1) 45%, var(--paper)); }
.key-lost { --tone: var(--error); }
.loss-pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 2.5rem; align-items: start; margin-top: 12px; }
.loss-rows table { width: 100%; border-collapse: collapse; }
.loss-rows caption { padding: 0 0 6px; text-align: left; font-size: 13px; font-weight: 600; }
.loss-rows th, .loss-rows td { padding: 2px 0; border: 0; background: none; font-size: 13px; line-height: 18px; font-weight: 400; vertical-align: top; }
.loss-rows tbody th { width: 1px; padding-right: 14px; text-align: right; white-space: nowrap; }
.loss-rows td.bar svg { margin: 2px 0; }
.loss-rows td.number { width: 1px; padding-left: 14px; text-align: right; white-space: nowrap; }
.loss-rows .is-losing td.number { color: var(--error); font-weight: 600; }
.loss-rows .edge td { padding: 4px 0 4px 8px; border-top: 2px dashed var(--error); color: var(--error); font-weight: 600; }
.side-words { display: grid; grid-template-columns: 5.5rem minmax(0, 1fr); gap: .375rem 1rem; margin-top: .5rem; max-width: 64rem; }
.side-words dt { color: var(--ink-soft); font-size: .8125rem; line-height: 1.4375rem; }
.side-words dd { overflow-wrap: anywhere; }
.comparison .finding dl { grid-template-columns: 6.5rem minmax(0, 1fr); }
@media screen and (max-width: 860px) {
  .loss-pair { grid-template-columns: minmax(0, 1fr); }
  .plot { grid-template-columns: 46px minmax(0, 1fr); column-gap: 6px; }
}
@media print, (max-width: 1100px) {
  .plot .is-between { display: none; }
}
@media (max-width: 600px) {
  .comparison .finding dl, .side-words { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .side-words dd { margin-bottom: .5rem; }
  .direction-body { padding-inline: .625rem; }
}
@media print {
  .over, .loss-rows, .side-words > * { break-inside: avoid; }
  .direction-body section { margin-top: .75rem; }
}
`

/** The style of the page. */
export const COMPARISON_STYLE: string = `${STYLE}${OWN}`
