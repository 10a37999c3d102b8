/**
 * Tables in a terminal, where East Asian characters are two columns wide; the only user of cli-table3. It stands here and
 * not in `report/` because its colours package asks for Node's `os` and `util`, which no bundler finds for a browser.
 */
import Table from 'cli-table3'
import { type DrawTable, GAP } from '../report/table.ts'

const NO_BORDER = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: ' '.repeat(GAP),
}

/** Draws through cli-table3, which knows how wide each character is on the screen. */
export const drawInTerminal: DrawTable = (head, rows, aligns) => {
  const table = new Table({
    chars: NO_BORDER,
    head: [...head],
    colAligns: [...aligns],
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  })
  for (const row of rows) table.push([...row])
  return table.toString().split('\n')
}
