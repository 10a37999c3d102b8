/** What every part of the page is given. */

import type { Summary } from '../summary.ts'
import type { PageData } from './data.ts'
import type { Selected } from './selected.ts'
import type { Choose, PageState } from './state.ts'

export interface View extends PageData {
  state: PageState
  choose: Choose
  /** What is left of the choices. */
  selected: Selected
  /** Whether scripts run: what needs them is shown only then. */
  isLive: boolean
  /** Opens a packet, by its number in the document, where the captures are at hand: in the tab that analysed them, and in no file. */
  openPacket?: ((packet: number) => void) | undefined
}

/** Whether there was anything that an overlay report judges. */
export function hasTunnels({ vnis, vnisTotal }: Summary): boolean {
  return vnis.length > 0 || vnisTotal > 0
}
