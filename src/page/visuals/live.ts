/** Whether scripts run. */
import { useEffect, useState } from '../preact.ts'

/**
 * `false` when the page is made and in the first drawing in the browser, which must be the same; `true` from then on. What can be pressed
 * is drawn only then, so that a page with scripts off has no dead buttons.
 */
export function useLive(): boolean {
  const [isLive, setLive] = useState(false)
  useEffect(() => setLive(true), [])
  return isLive
}
