/// <reference lib="dom" />
/** What is dropped on the page. */
import { printable } from '../src/report/printable.ts'

/** Whether files are dragged, and not a text. */
export function holdsFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes('Files') === true
}

/** The files that were dropped, and what is to be said of what is none. */
export function filesOf({ dataTransfer }: DragEvent): { files: File[]; troubles: string[] } {
  const files: File[] = []
  const troubles: string[] = []
  for (const item of Array.from(dataTransfer?.items ?? [])) {
    const file = item.kind === 'file' ? item.getAsFile() : null
    if (file === null) continue
    if (item.webkitGetAsEntry()?.isDirectory === true) {
      troubles.push(`${printable(file.name)}: is a directory; open the captures in it`)
    } else files.push(file)
  }
  return { files, troubles }
}
