/** `vxpcap filter`: captures in, a capture of the selected records out, each as it was. */
import { tunnelPorts } from '../../codecs/dissect.ts'
import { plural } from '../../report/number.ts'
import { Select } from '../../transform/select.ts'
import { UsageError } from '../arguments.ts'
import type { Host } from '../host.ts'
import { runTransform } from '../transform.ts'

/** The options as the command line gives them. */
export interface FilterOptions {
  output: string
  vni?: number[] | undefined
  vtep?: string[] | undefined
  ip?: string[] | undefined
  mac?: string[] | undefined
  port?: number[] | undefined
}

/** Runs the command. @returns Exit status. @throws UsageError. */
export async function filter(paths: string[], options: FilterOptions, host: Host): Promise<number> {
  const { output, vni = [], vtep = [], ip = [], mac = [], port } = options
  if (vni.length + vtep.length + ip.length + mac.length === 0) {
    throw new UsageError('nothing to select: give --vni, --vtep, --ip or --mac; see vxpcap filter --help')
  }
  return runTransform('filter', paths, output, host, (sink) => {
    const selection = { vnis: vni, vteps: vtep, ips: ip, macs: mac }
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
