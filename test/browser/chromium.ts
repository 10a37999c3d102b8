/** The browser that tests run in: Debian's, where it is installed. */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const CHROMIUM = '/usr/bin/chromium'

/** Whether there is one; where there is not, says once what is skipped. */
export function hasChromium(skipped: string): boolean {
  const isThere = existsSync(CHROMIUM)
  if (!isThere) console.log(`skipped: ${skipped}; there is no ${CHROMIUM} (apt-get install chromium)`)
  return isThere
}

/** @param args - Further options of the browser's command line. */
export function launch(args: readonly string[] = []): Promise<Browser> {
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return chromium.launch({ executablePath: CHROMIUM, args: [...sandbox, ...args] })
}
