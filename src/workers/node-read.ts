/** A worker thread: reads the packets of one batch after the other, and sends it back. */
import { parentPort, workerData } from 'node:worker_threads'
import { FastPathBatch } from '../analyzers/fast-path/packet-batch.ts'
import { viewOf } from '../batch.ts'
import { tunnelPorts } from '../codecs/walk/dissect.ts'
import { emptyPacket } from '../packet-meta.ts'
import type { ReadRequest, ThreadOptions } from './messages.ts'

const { furtherPorts } = workerData as ThreadOptions
const ports = tunnelPorts(furtherPorts)
const packet = emptyPacket()

parentPort?.on('message', ({ batch, file }: ReadRequest) => {
  const headers = new FastPathBatch(batch.headers)
  const view = viewOf(batch)
  for (let slot = 0; slot < batch.count; slot++) {
    headers.meta.get(slot, packet)
    headers.read(slot, view, packet, packet.number, file * 65536 + packet.interfaceId, ports)
  }
  parentPort?.postMessage(batch)
})
