/** What a reader has chosen, in words: on paper, where no bar of choices is, and of what is not in the page. */
import { integer } from '../report/number.ts'
import { KIND_NAMES } from '../report/words.ts'
import type { Summary } from '../summary.ts'
import { isChosenVni, type PageState, vniNumber } from './state.ts'

/** `VNI 300`, `VTEP 10.0.0.1`, `errors alone`, `rows of SHARED_MAC`. */
export function choiceWords({ vni, vtep, severity, finding }: PageState, summary: Summary): string[] {
  const words: string[] = []
  if (vni !== null) words.push(vniWords(vni))
  if (vtep !== null) words.push(`VTEP ${vtep}`)
  if (severity !== null) words.push(severity === 'error' ? 'errors alone' : 'errors and warnings alone')
  const code = finding === null ? undefined : summary.findings[finding]?.code
  if (code !== undefined) words.push(`rows of ${code}`)
  return words
}

/** What is chosen and is not in the page, as an address may have it. */
export function unknownChoices({ vni, vtep }: PageState, summary: Summary): string[] {
  const { vnis, vnisTotal, vtepPairs, vtepPairsTotal } = summary
  const words: string[] = []
  if (vni !== null && !vnis.some((row) => isChosenVni(row, vni))) {
    words.push(`${vniWords(vni)} is not in this page${cut(vnis.length, vnisTotal, 'VNIs')}.`)
  }
  if (vtep !== null && !isVtep(vtep, summary)) {
    words.push(`VTEP ${vtep} is not in this page${cut(vtepPairs.length, vtepPairsTotal, 'VTEP pairs')}.`)
  }
  return words
}

/** Whether an address is that of an endpoint of the document. */
function isVtep(address: string, { vnis, vtepPairs }: Summary): boolean {
  return (
    vnis.some(({ vteps }) => vteps.includes(address)) || vtepPairs.some(({ a, b }) => a === address || b === address)
  )
}

function cut(here: number, total: number, of: string): string {
  return here < total ? `, which has ${integer(here)} of ${integer(total)} ${of}` : ''
}

function vniWords(choice: string): string {
  const [kind] = choice.split(' ')
  const name = Object.hasOwn(KIND_NAMES, kind!) ? KIND_NAMES[kind as keyof typeof KIND_NAMES] : ''
  if (Number.isNaN(vniNumber(choice))) return `VNI '${choice}'`
  return `VNI ${vniNumber(choice)}${name === '' || kind === 'vxlan' ? '' : ` (${name})`}`
}
