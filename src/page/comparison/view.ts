/** What every part of the page of a comparison is given. */
import type { Place } from '../../comparison.ts'
import type { ComparisonData } from './data.ts'

export interface ComparisonView extends ComparisonData {
  /** The direction that was chosen, by its index. */
  chosen: number | null
  /** Whether scripts run: what needs them is shown only then. */
  isLive: boolean
  /** Opens a packet of a side, where the captures are at hand. */
  openPacket?: ((side: Place, packet: number) => void) | undefined
}
