/** What a reader has chosen in the page: shared by all its parts, and kept in the address behind the `#`. */
import { SEVERITIES } from '../findings/severity.ts'
import type { Severity, Summary } from '../summary.ts'

/** The choices; `null` where nothing is chosen. */
export interface PageState {
  /** A VNI with its tunnel kind, `vxlan 100`, or of any kind, `100`. */
  vni: string | null
  /** A tunnel endpoint's address. */
  vtep: string | null
  /** Findings of this severity and above. */
  severity: Severity | null
  /** Index in `summary.findings`: the page shows its rows alone. */
  finding: number | null
}

/** Nothing chosen. */
export const NOTHING_CHOSEN: PageState = { vni: null, vtep: null, severity: null, finding: null }

/** Changes some of the choices. */
export type Choose = (change: Partial<PageState>) => void

/** The choices as they stand in the address: `#vni=vxlan+100&finding=3`; `#` alone for none. */
export function addressOf(state: PageState): string {
  const words = new URLSearchParams()
  for (const [name, value] of Object.entries(state)) if (value !== null) words.set(name, String(value))
  return `#${words}`
}

/**
 * The choices that an address holds. Findings and severities that are none are passed over; a VNI or VTEP that is in no table is kept, so
 * that the page can name it. @param hash - With its `#`.
 */
export function choicesIn(hash: string, summary: Pick<Summary, 'vnis' | 'findings'>): PageState {
  const words = new URLSearchParams(hash.slice(1))
  const finding = Number(words.get('finding') ?? Number.NaN)
  return {
    vni: vniIn(words.get('vni'), summary.vnis),
    vtep: words.get('vtep')?.trim().toLowerCase() || null,
    severity: SEVERITIES.find((each) => each === words.get('severity')?.toLowerCase()) ?? null,
    finding: Number.isInteger(finding) && finding >= 0 && finding < summary.findings.length ? finding : null,
  }
}

/** A VNI as somebody writes it: `vxlan 300`, `VXLAN 300`, `300`; a number that is of one kind alone is that kind's. */
function vniIn(written: string | null, vnis: Summary['vnis']): string | null {
  const words =
    written
      ?.trim()
      .toLowerCase()
      .split(/[\s:]+/) ?? []
  if (words.length === 0 || words[0] === '') return null
  const choice = words.map((word) => (/^\d+$/.test(word) ? String(Number(word)) : word)).join(' ')
  const rows = vnis.filter((row) => isChosenVni(row, choice))
  return rows.length === 1 ? vniChoice(rows[0]!) : choice
}

/** Whether an address holds choices, and is not that of a place in the page. */
export function holdsChoices(hash: string): boolean {
  return hash.length < 2 || hash.includes('=')
}

/** Whether anything is chosen. */
export function isChosen(state: PageState): boolean {
  return Object.values(state).some((value) => value !== null)
}

/** Whether a row is of the VNI that is chosen. */
export function isChosenVni(row: { vni: number; kind: string }, choice: string): boolean {
  return choice === vniChoice(row) || choice === String(row.vni)
}

/** The number of a chosen VNI; `NaN` for what is none. */
export function vniNumber(choice: string): number {
  return /\d$/.test(choice) ? Number(choice.slice(choice.lastIndexOf(' ') + 1)) : Number.NaN
}

/** How a VNI is chosen. */
export function vniChoice({ vni, kind }: { vni: number; kind: string }): string {
  return `${kind} ${vni}`
}
