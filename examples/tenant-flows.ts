/** One tenant's flows as CSV, the largest first: node tenant-flows.js VNI capture.pcap... > flows.csv */
import { summarizeFiles } from 'vxpcap/node'
import { tableCsv } from 'vxpcap/report'

const [vni, ...captures] = process.argv.slice(2)
const summary = await summarizeFiles(captures, { vnis: [Number(vni)], rows: Number.POSITIVE_INFINITY })
for (const chunk of tableCsv(summary, 'flows', { sort: 'bytes' })) process.stdout.write(chunk)
