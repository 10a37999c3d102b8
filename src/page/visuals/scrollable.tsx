/** What may be wider than the page: it scrolls by itself, by keyboard too. */
import { type ComponentChildren, h } from '../preact.ts'

export function Scrollable({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard (WCAG 2.1.1)
    <section class="scrollable" aria-label={label} tabIndex={0}>
      {children}
    </section>
  )
}
