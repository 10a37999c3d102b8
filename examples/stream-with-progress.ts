/** Streams a capture with progress, and stops where it is told to: node stream-with-progress.js capture.pcap [percent] */
import { fileSource, packets } from 'vxpcap/node'

const [path = '-', percent = '100'] = process.argv.slice(2)
const stop = new AbortController()
const found = { packets: 0, tunnel: 0, innerBytes: 0 }
let told = -10

const reading = packets(await fileSource(path), {
  signal: stop.signal,
  onProgress(bytes, total) {
    const share = total === null ? 0 : Math.floor((bytes / total) * 100)
    if (share >= told + 10) {
      told = share
      console.log(`${share} %: ${found.packets} packets`)
    }
    if (share >= Number(percent) && share < 100) stop.abort()
  },
})
try {
  for await (const batch of reading) {
    while (batch.next()) {
      found.packets++
      if (batch.layers.tunnel === 0) continue
      found.tunnel++
      found.innerBytes += batch.layers.innerLength
    }
  }
} catch (error) {
  if (!stop.signal.aborted) throw error
  console.log('stopped')
}
console.log(found)
