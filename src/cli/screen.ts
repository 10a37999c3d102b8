/** What the screen takes: colours, columns, and how the cells of a table are padded. */
import { type DrawTable, drawPlain } from '../report/table.ts'
import { DEFAULT_WIDTH } from '../report/text.ts'
import { type ColorMode, useColor } from './arguments.ts'
import type { Host } from './host.ts'

/** Whether text on standard output is coloured. */
export function isColored(mode: ColorMode, { stdout, env }: Host): boolean {
  return useColor(mode, env, stdout.isTTY === true)
}

/** Columns of standard output. */
export function columnsOf({ stdout }: Host): number {
  return stdout.isTTY && stdout.columns ? stdout.columns : DEFAULT_WIDTH
}

/** Characters that are one column wide wherever they are shown: ASCII, and those that the report uses itself. */
const ONE_COLUMN = /^[ -~→←µ×≤–…█-▏]*$/

/**
 * Text with tables, padded as its cells need: where every character is one column wide, cli-table3 is not needed, which takes longer
 * to load and start than a small capture.
 */
export async function drawn(format: (draw: DrawTable) => string): Promise<string> {
  let isSimple = true
  const text = format((head, rows, aligns) => {
    isSimple &&= [head, ...rows].every((row) => row.every((cell) => ONE_COLUMN.test(cell)))
    return drawPlain(head, rows, aligns)
  })
  if (isSimple) return text
  const { drawInTerminal } = await import('./table.ts')
  return format(drawInTerminal)
}
