/** `vxpcap filter`: captures in, a capture of the selected records out, each as it was. */
import { tunnelPorts } from '../../codecs/walk/dissect.ts'
import { plural } from '../../report/number.ts'
import { Select } from '../../transform/select.ts'
import { UsageError } from '../arguments.ts'
import type { Host } from '../host.ts'
import type { Wanted } from '../progress.ts'
import { isSelecting, type SelectionOptions, selectionOf } from '../selection.ts'
import { runTransform } from '../transform.ts'

/** The options as the command line gives them. */
export interface FilterOptions extends SelectionOptions, Wanted {
  output: string
  port?: number[] | undefined
}

/** Runs the command. @returns Exit status. @throws UsageError. */
export async function filter(paths: string[], options: FilterOptions, host: Host): Promise<number> {
  const { output, port } = options
  if (!isSelecting(options)) {
    throw new UsageError('nothing to select: give --vni, --vtep, --ip, --mac, --from or --to; see vxpcap filter --help')
  }
  const selection = selectionOf(options)
  return runTransform('filter', paths, output, host, options, (sink) => {
    const work = new Select(sink, selection, { ports: tunnelPorts(port), application: `vxpcap ${host.version} filter` })
    return {
      observe: (reader, file) => work.observe(reader, file),
      finish: () => work.finish(),
      report: () => report(work),
    }
  })
}

function report({ counts }: Select): { result: string; remarks: string[] } {
  const { records, written, undecided, refused, refusal } = counts
  const remarks: string[] = []
  if (undecided > 0) {
    remarks.push(`${plural(undecided, 'outer fragment')} without a first fragment: left out`)
  }
  if (refused > 0) remarks.push(`${plural(refused, 'record')} that pcapng cannot hold: left out (${refusal})`)
  return { result: `${plural(written, 'record')} of ${records}`, remarks }
}
