/** Colours of the text report; the only user of picocolors. */
import picocolors from 'picocolors'
import type { Severity } from '../summary.ts'

/** Paints a piece of text. */
export type Paint = (text: string) => string

/** What the report paints, by meaning. */
export interface Palette {
  title: Paint
  head: Paint
  dim: Paint
  severity: Record<Severity, Paint>
}

/** A palette; with `enabled` false every paint gives its text back unchanged. */
export function palette(enabled: boolean): Palette {
  const colors = picocolors.createColors(enabled)
  return {
    title: colors.bold,
    head: colors.bold,
    dim: colors.dim,
    severity: {
      error: (text) => colors.bold(colors.red(text)),
      warning: (text) => colors.bold(colors.yellow(text)),
      note: (text) => colors.bold(colors.cyan(text)),
    },
  }
}
