/** What a reader has chosen in the page: shared by all its parts, and kept in the address behind the `#`. */
import { SEVERITIES } from '../findings/severity.ts'
import type { Severity } from '../summary.ts'

/** The choices; `null` where nothing is chosen. */
export interface PageState {
  /** A VNI with its tunnel kind: `vxlan 100`. */
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

/** The choices that an address holds; what is no choice of this page is passed over. @param hash - With its `#`. */
export function choicesIn(hash: string, findings: number): PageState {
  const words = new URLSearchParams(hash.slice(1))
  const finding = Number(words.get('finding') ?? Number.NaN)
  return {
    vni: words.get('vni') || null,
    vtep: words.get('vtep') || null,
    severity: SEVERITIES.find((each) => each === words.get('severity')) ?? null,
    finding: Number.isInteger(finding) && finding >= 0 && finding < findings ? finding : null,
  }
}

/** Whether an address holds choices, and is not that of a place in the page. */
export function holdsChoices(hash: string): boolean {
  return hash.length < 2 || hash.includes('=')
}

/** Whether anything is chosen. */
export function isChosen(state: PageState): boolean {
  return Object.values(state).some((value) => value !== null)
}

/** How a VNI is chosen. */
export function vniChoice({ vni, kind }: { vni: number; kind: string }): string {
  return `${kind} ${vni}`
}
