/** Many captures whose times overlap from the first packet to the last: what `--merge-by-time` finds hardest. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { pcapHeader, pcapRecord, random } from '../capture/files.ts'
import { bytes, ethernet, ipv4, vxlan } from './packets.ts'

/** How many, and how large. */
export interface ManyFiles {
  files: number
  packets: number
  /** Bytes of the innermost payload. */
  payload: number
  gzip?: boolean
}

/** Writes them into a new folder. @returns Bytes of all packets. */
export function putManyFiles(folder: string, { files, packets, payload, gzip = false }: ManyFiles): number {
  mkdirSync(folder)
  const next = random(files)
  const noise = Uint8Array.from({ length: payload }, () => Math.floor(next() * 256))
  let sum = 0
  for (let file = 0; file < files; file++) {
    const packet = vxlan(ethernet(ipv4(noise, { protocol: 253 })), { vni: 1 + (file % 1000) })
    sum += packet.length * packets
    const header = pcapHeader()
    const record = pcapRecord(0, 0, packet)
    const capture = new Uint8Array(header.length + packets * record.length)
    capture.set(header)
    const view = new DataView(capture.buffer)
    for (let index = 0; index < packets; index++) {
      const at = header.length + index * record.length
      capture.set(record, at)
      const microseconds = (index * files + file) * 10
      view.setUint32(at, 1000 + Math.floor(microseconds / 1e6), true)
      view.setUint32(at + 4, microseconds % 1e6, true)
    }
    const name = `f${String(file).padStart(5, '0')}.pcap`
    if (gzip) writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes(capture), { level: 1 }))
    else writeFileSync(join(folder, name), capture)
  }
  return sum
}
