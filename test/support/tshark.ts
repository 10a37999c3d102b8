/** Runs tshark as an oracle, when the machine has it. */
import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** tshark's version line, or `undefined` where it is absent. */
export const TSHARK = /^TShark.*$/m.exec(spawnSync('tshark', ['--version'], { encoding: 'utf8' }).stdout ?? '')?.[0]

/** Ends a suite's name, so that a skipped run says why. */
export function becauseOfTshark(): string {
  return TSHARK === undefined ? ' — SKIPPED: tshark is not installed' : ''
}

/**
 * Field values of the packets that a display filter selects, one record each; an absent field is an empty string.
 * Only the first occurrence of each field is given: that of the outermost layer, unless told otherwise.
 * @throws Error when tshark cannot read the file.
 */
export async function tsharkFields<K extends string>(
  file: string,
  fields: readonly K[],
  options: {
    filter?: string
    decodeAs?: readonly string[]
    preferences?: readonly string[]
    /** Of the innermost layer instead. */
    innermost?: boolean
    /** Reads the file twice, so that a packet knows of later ones. */
    isTwice?: boolean
  } = {},
): Promise<Record<K, string>[]> {
  const { stdout } = await run(
    'tshark',
    [
      ...['-n', '-r', file],
      ...(options.isTwice ? ['-2'] : []),
      ...(options.decodeAs ?? []).flatMap((rule) => ['-d', rule]),
      ...(options.preferences ?? []).flatMap((preference) => ['-o', preference]),
      ...(options.filter === undefined ? [] : ['-Y', options.filter]),
      ...['-T', 'fields', '-E', 'separator=/t', '-E', `occurrence=${options.innermost ? 'l' : 'f'}`],
      ...fields.flatMap((field) => ['-e', field]),
    ],
    { maxBuffer: 64 << 20 },
  )
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const values = line.split('\t')
      return Object.fromEntries(fields.map((field, index) => [field, values[index] ?? ''])) as Record<K, string>
    })
}
