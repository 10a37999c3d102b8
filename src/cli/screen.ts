/** What the screen takes: colours, columns, and how the cells of a table are padded. */
import { type DrawTable, drawPlain } from '../report/table.ts'
import { DEFAULT_WIDTH } from '../report/text.ts'
import { type ColorMode, isAsciiLocale, useColor } from './arguments.ts'
import type { Host } from './host.ts'

/** The options about the screen as the command line gives them. */
export interface ScreenOptions {
  color: ColorMode
  width?: number | undefined
  ascii?: boolean | undefined
}

/** What text is made for. */
export interface Screen {
  color: boolean
  width: number
  ascii: boolean
}

/** The screen as options, environment and terminal tell it, in this order. */
export function screenOf({ color = 'auto', width, ascii }: Partial<ScreenOptions>, { stdout, env }: Host): Screen {
  return {
    color: useColor(color, env, stdout.isTTY === true),
    width: width ?? columnsOf(stdout.isTTY === true ? stdout.columns : undefined, env.COLUMNS),
    ascii: ascii ?? isAsciiLocale(env),
  }
}

/** Columns of the terminal, else those of the environment. */
function columnsOf(terminal: number | undefined, stated = ''): number {
  const columns = /^\d{1,4}$/.test(stated) ? Number(stated) : 0
  return terminal || columns || DEFAULT_WIDTH
}

/** Characters that are one column wide wherever they are shown: ASCII, and those that the report uses itself. */
const ONE_COLUMN = /^[ -~→←µ×≤–…▁-▏]*$/

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
