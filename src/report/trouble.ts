/** What is said of a capture that cannot be read. */
/** What is wrong, as errors and issues of captures say it. */
interface Trouble {
  message: string
  /** Of the bytes to blame; `null` where none are. */
  offset: number | null
}

/** The file, what is wrong and the way out; the offset too, unless the message has it already. @param path - As its user knows it. */
export function troubleLine(path: string | undefined, { message, offset }: Trouble): string {
  const name = path === '-' ? 'standard input: ' : path === undefined ? '' : `${path}: `
  const where = offset === null || message.includes('offset') ? '' : ` (offset ${offset})`
  return name + message + where
}
