/** What the headline says of captures whose end is missing, so that a small part of one is not taken for the whole. */
import { cutShortTitle } from '../findings/capture/capture-cut-short.ts'
import type { Summary } from '../summary.ts'
import { captureName, shortened } from './words.ts'

/** Names that one sentence has room for. */
const MOST_NAMED = 3

/** A sentence, or none, of each kind. */
interface MissingEnds {
  /** Of compressed ones: nothing stops in the middle of a compressed stream but a copy that is not whole. */
  compressed: string[]
  /** Of others: so ends every capture that was stopped with Ctrl-C. */
  plain: string[]
}

/** Says which captures end inside a record. @param summary - With the findings that say so. */
export function missingEnds({ capture, findings }: Summary): MissingEnds {
  const titles = new Set(findings.filter(({ code }) => code === 'CAPTURE_CUT_SHORT').map(({ title }) => title))
  const cut = titles.size === 0 ? [] : capture.files.filter(({ name }) => titles.has(cutShortTitle(name)))
  const names = (isCompressed: boolean): string[] =>
    cut.filter(({ compression }) => (compression !== 'none') === isCompressed).map(({ name }) => captureName(name))
  const [compressed, plain] = [names(true), names(false)]
  return {
    compressed: compressed.length === 0 ? [] : [`${ending(compressed)}: what follows is missing.`],
    plain: plain.length === 0 ? [] : [`${ending(plain)} of a record.`],
  }
}

function ending(names: readonly string[]): string {
  return `${shortened(names, MOST_NAMED)} ${names.length === 1 ? 'ends' : 'end'} in the middle`
}
