/** A worker thread: analyzes one batch after the other as parts of a capture and sends back what it counted. */
import { parentPort, workerData } from 'node:worker_threads'
import { Analysis } from '../analyzers/analysis.ts'
import { BatchReader } from '../batch.ts'
import { tunnelPorts } from '../codecs/dissect.ts'
import { observePackets } from '../observe.ts'
import type { PartAnswer, PartOptions, PartRequest } from './part.ts'
import { buffersOf } from './part.ts'

const { filter, furtherPorts, limits } = workerData as PartOptions
const ports = tunnelPorts(furtherPorts)

parentPort?.on('message', ({ batch, file, firstNumber }: PartRequest) => {
  const analysis = new Analysis({ filter, limits, ports, begins: false })
  observePackets(analysis, new BatchReader(batch), file, firstNumber)
  const answer: PartAnswer = { state: analysis.save(), batch }
  parentPort?.postMessage(answer, buffersOf(answer))
})
