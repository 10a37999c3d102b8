/** How the site looks: the report page's style, and what only a tab has. */
import { COMPARISON_STYLE } from '../src/page/comparison/style.ts'

const START = `
.start, .reading { max-width: 54rem; }
.start h1, .reading h1 { font-size: 1.625rem; line-height: 1.25; font-weight: 650; margin-top: .25rem; text-wrap: balance; }
h1:focus { outline: none; }
.start .lead { font-size: 1.0625rem; font-weight: 400; line-height: 1.5; color: var(--ink-soft); margin-top: .75rem; }
.open {
  margin-top: 2rem; padding: 1.25rem 1.5rem; border: 2px dashed var(--strong); border-radius: 10px; background: var(--panel);
}
.open p { margin-top: .75rem; color: var(--ink-soft); font-size: .875rem; }
.open .promise { color: var(--fine); font-weight: 500; }
.open input[type=file] { margin-top: .75rem; width: 100%; font-size: .875rem; cursor: pointer; }
input::file-selector-button {
  margin-inline-end: .75rem; padding: .5rem 1rem; border: 1px solid var(--accent); border-radius: 6px;
  background: var(--accent); color: var(--paper); font: inherit; font-weight: 600; cursor: pointer;
}
.site.dragged .open { border-color: var(--accent); }
.drop-here {
  position: fixed; inset: 0; z-index: 10; display: grid; place-items: center; pointer-events: none;
  border: 4px solid var(--accent); font-size: 1.5rem; font-weight: 650; color: var(--accent);
  background: color-mix(in srgb, var(--paper) 82%, transparent);
}
.options { margin-top: 1rem; border-top: 1px solid var(--line); }
.options summary { display: list-item; padding: .75rem 0 0; list-style: disclosure-closed inside; }
.options[open] summary { list-style-type: disclosure-open; }
.options summary::after, .options[open] summary::after { content: none; }
.options summary:hover { background: none; color: var(--accent); }
.options .title { font-size: .875rem; }
.open .option { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .75rem; color: var(--ink); }
.option label { min-width: 11rem; }
.option input:not([type=checkbox]) {
  width: 11rem; padding: .3125rem .5rem; border: 1px solid var(--strong); border-radius: 5px; background: var(--paper);
}
.option input[aria-invalid=true] { border-color: var(--error); }
.option .remark { margin: 0; }
.wrong { color: var(--error); font-size: .8125rem; }
.samples { margin-top: .75rem; padding: 0; list-style: none; display: grid; gap: .75rem; }
.samples li { display: grid; grid-template-columns: 15rem minmax(0, 1fr); gap: .25rem 1rem; align-items: center; }
.samples button { padding: .4375rem .75rem; text-align: left; font-size: .875rem; font-weight: 600; }
.samples p { color: var(--ink-soft); font-size: .875rem; }
.samples code { white-space: nowrap; }
.troubles { margin-top: 1.25rem; padding: 0; list-style: none; display: grid; gap: .375rem; }
.troubles li {
  padding: .5rem .75rem; border-radius: 6px; background: var(--error-ground); overflow-wrap: anywhere; font-size: .875rem;
}
.troubles .badge { color: var(--tone); padding-inline-start: 0; }
`

const READING = `
.reading .names { margin-top: .25rem; font-size: 1.0625rem; overflow-wrap: anywhere; }
.reading progress { display: block; width: 100%; height: .75rem; margin-top: 1.25rem; accent-color: var(--accent); }
.reading .about { margin-top: .75rem; }
.reading .figures { margin-top: .5rem; min-height: 1.5em; color: var(--ink-soft); }
.ways { display: flex; flex-wrap: wrap; gap: .5rem .75rem; align-items: center; }
.reading .ways { margin-top: 1rem; }
.ways button { padding: .375rem .875rem; font-size: .875rem; }
.ways .first { border-color: var(--accent); background: var(--accent); color: var(--paper); font-weight: 600; }
.ways .first:hover { color: var(--paper); }
`

const CHOOSING = `
.choices { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1.25rem; margin-top: 1.5rem; align-items: start; }
.choices section { margin: 0; padding: 1.25rem 1.5rem; border: 1px solid var(--strong); border-radius: 10px; background: var(--panel); }
.choices p { margin-top: .625rem; color: var(--ink-soft); font-size: .875rem; }
.choices .ends { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .25rem .75rem; margin-top: .75rem; font-size: .875rem; }
.choices .ends dt { color: var(--ink-soft); }
.choices .ends dd { font-weight: 600; overflow-wrap: anywhere; }
.choices label { color: var(--ink); }
.choices .ways { margin-top: 1rem; }
`

const RESULT = `
.result-bar {
  max-width: 84rem; margin: 0 auto; padding: .75rem clamp(1rem, 3vw, 2.5rem); border-bottom: 1px solid var(--line);
}
.told {
  position: sticky; top: 0; z-index: 5; display: flex; gap: .75rem; align-items: center; justify-content: center;
  padding: .5rem clamp(1rem, 3vw, 2.5rem); border-bottom: 1px solid var(--line); background: var(--paper);
}
.told .troubles { margin: 0; max-height: 40vh; overflow: auto; }
.told button { padding: .3125rem .75rem; font-size: .8125rem; }
.result-bar .troubles { margin-top: .75rem; }
.result-bar [role=status] { color: var(--ink-soft); font-size: .8125rem; overflow-wrap: anywhere; }
.packets { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem; padding: 0; list-style: none; }
.packets button { padding: 0 .4375rem; line-height: 1.375rem; color: var(--accent); max-width: 100%; overflow-wrap: anywhere; text-align: left; }
`

const PACKET = `
dialog {
  width: min(60rem, calc(100vw - 2rem)); max-height: calc(100vh - 4rem); padding: 0; border: 1px solid var(--strong);
  border-radius: 10px; background: var(--paper); color: var(--ink); box-shadow: 0 8px 40px rgb(0 0 0 / .3);
}
dialog[open] { display: flex; flex-direction: column; }
dialog::backdrop { background: rgb(0 0 0 / .45); }
.dialog-head { display: flex; align-items: center; gap: .75rem; padding: .75rem 1rem; border-bottom: 1px solid var(--line); }
.dialog-head h2 { margin-inline-end: auto; overflow-wrap: anywhere; font-size: 1rem; }
.dialog-head .copy-button, .dialog-head button { font-size: .8125rem; padding: .25rem .75rem; line-height: 1.5; }
dialog > [role=status]:not(.unseen) { padding: 1rem; }
.packet { margin: 0; padding: .75rem 1rem 1rem; overflow: auto; font: .8125rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
.packet pre { margin: 0; font: inherit; white-space: pre; }
.packet > p { overflow-wrap: anywhere; }
.layers, .faults { margin: 0; padding: 0; list-style: none; }
.layers { padding-inline-start: 1rem; }
.packet > .layers { padding-inline-start: 0; margin-top: .5rem; }
.packet table { border-spacing: 0; }
.packet th, .packet td { padding: 0 .75rem 0 0; text-align: start; vertical-align: top; font-weight: 400; overflow-wrap: anywhere; }
.packet th { min-width: 11rem; color: var(--ink-soft); }
.packet td.place { min-width: 3.75rem; text-align: end; color: var(--ink-soft); white-space: nowrap; }
.layers p { padding-inline-start: 1.25rem; }
.faults { margin-top: .5rem; color: var(--error); }
.packet details > summary { display: list-item; padding: .0625rem .25rem; list-style: disclosure-closed inside; font-weight: 600; overflow-wrap: anywhere; }
.packet details[open] > summary { list-style-type: disclosure-open; }
.packet details > summary::after, .packet details[open] > summary::after { content: none; }
.packet .bytes { margin-top: .75rem; border-top: 1px solid var(--line); padding-top: .5rem; }
.packet .bytes pre { padding-inline-start: 1.25rem; }
`

const EDGES = `
@media (max-width: 600px) {
  .open { padding: 1rem; }
  .samples li { grid-template-columns: minmax(0, 1fr); }
  .samples li + li { margin-top: .25rem; }
  .option label { min-width: 0; }
  .layers { padding-inline-start: .5rem; }
  .packet { padding-inline: .5rem; font-size: .75rem; }
  .packet th { min-width: 7.5rem; }
  .packet td.place { min-width: 3rem; }
  .result-bar .ways { gap: .375rem; }
  .result-bar .ways button { padding: .3125rem .5rem; font-size: .8125rem; }
  dialog { width: calc(100vw - 1rem); max-height: calc(100vh - 1rem); }
}
@media print {
  .told, .result-bar, .drop-here, dialog { display: none !important; }
  .packets { gap: 0 .75rem; }
  .packets button { padding: 0; border: 0; color: inherit; }
}
`

/** The style of the site. */
export const SITE_STYLE: string = [COMPARISON_STYLE, START, READING, CHOOSING, RESULT, PACKET, EDGES].join('')
