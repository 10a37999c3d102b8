/** What a reader has chosen in the page: shared by all its parts, and kept in the address behind the `#`. */
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
