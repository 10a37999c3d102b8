/** `vxpcap decap`: captures of an underlay in, a capture of what its tunnels carry out. */
import { tunnelPorts } from '../../codecs/walk/dissect.ts'
import { integer, plural } from '../../report/number.ts'
import { Decap } from '../../transform/decap.ts'
import type { Host } from '../host.ts'
import type { Wanted } from '../progress.ts'
import { type SelectionOptions, selectionOf } from '../selection.ts'
import { runTransform } from '../transform.ts'

/** The options as the command line gives them. */
export interface DecapOptions extends SelectionOptions, Wanted {
  output: string
  port?: number[] | undefined
}

/** Runs the command. @returns Exit status. @throws UsageError. */
export async function decap(paths: string[], options: DecapOptions, host: Host): Promise<number> {
  const { output, port } = options
  const selection = selectionOf(options)
  return runTransform('decap', paths, output, host, options, (sink) => {
    const application = `vxpcap ${host.version} decap`
    const work = new Decap(sink, { ports: tunnelPorts(port), application, selection })
    return {
      begin(name) {
        work.file = name
      },
      observe: (reader, file) => work.observe(reader, file),
      finish: () => work.finish(),
      report: () => report(work),
    }
  })
}

function report({ counts, vnis }: Decap): { result: string; remarks: string[] } {
  const { records, written, fromFragments, incomplete, control, unsupported, refused, refusal } = counts
  const joined = fromFragments === 0 ? '' : `, ${integer(fromFragments)} of them from outer fragments`
  const result = `${plural(written, 'inner packet')} of ${plural(vnis, 'VNI')} from ${plural(records, 'record')}${joined}`
  const remarks: string[] = []
  if (incomplete > 0)
    remarks.push(`${plural(incomplete, 'datagram')} in outer fragments could not be reassembled: left out`)
  if (control > 0) remarks.push(`${plural(control, 'control packet')} of the tunnel itself (O bit): left out`)
  if (unsupported > 0) {
    remarks.push(
      `${plural(unsupported, 'payload')} that ${unsupported === 1 ? 'is' : 'are'} neither Ethernet nor IP: left out`,
    )
  }
  if (refused > 0) remarks.push(`${plural(refused, 'packet')} that pcapng cannot hold: left out (${refusal})`)
  return { result, remarks }
}
