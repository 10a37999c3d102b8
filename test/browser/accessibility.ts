/** What keeps people from reading a page, as far as a program can tell. */
import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** What axe-core finds: the rule, and where. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const found = await page.evaluate(async () => {
    const axe = (globalThis as unknown as { axe: { run: (of: Document, options: object) => Promise<AxeResults> } }).axe
    return axe.run(document, { resultTypes: ['violations'] })
  })
  return found.violations.flatMap(({ id, nodes }) =>
    nodes
      .slice(0, 3)
      .map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary.replace(/\s+/g, ' ')}`),
  )
}

interface AxeResults {
  violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[]
}

/** Labels with text of their own that are drawn smaller than so many pixels. */
export function smallLabels(page: Page, least: number, within = 'body'): Promise<string[]> {
  return page.evaluate(
    ([least, within]) => {
      const small: string[] = []
      for (const element of Array.from(document.querySelectorAll<HTMLElement | SVGElement>(`${within} *`))) {
        const own = Array.from(element.childNodes).some(
          (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== '',
        )
        if (!own || ['SCRIPT', 'STYLE', 'title'].includes(element.tagName) || element.closest('.unseen') !== null)
          continue
        const { width, height } = element.getBoundingClientRect()
        if (width === 0 || height === 0) continue
        // Pictures are scaled.
        const matrix = element instanceof SVGGraphicsElement ? element.getScreenCTM() : null
        const size =
          Number.parseFloat(getComputedStyle(element).fontSize) * (matrix === null ? 1 : Math.hypot(matrix.a, matrix.b))
        if (size < least - 0.01)
          small.push(`${element.tagName} "${element.textContent?.trim().slice(0, 30)}": ${size.toFixed(1)} px`)
      }
      return small.slice(0, 5)
    },
    [least, within] as const,
  )
}
