/** What the contract says is true of every summary, whatever the capture. */
import { expect } from 'vitest'
import type { Summary } from '../../src/summary.ts'

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** Fails when a summary without a filter contradicts itself: a packet lost, invented or counted twice. */
export function expectConsistent(summary: Summary): void {
  const { capture, tunnel } = summary
  expect(
    tunnel.vxlanPackets + tunnel.gpePackets + tunnel.genevePackets + tunnel.nvgrePackets + tunnel.otherPackets,
  ).toBe(capture.packets - tunnel.fragments.others)
  const tunnelled = tunnel.vxlanPackets + tunnel.gpePackets + tunnel.genevePackets + tunnel.nvgrePackets
  expect(sum(summary.vnis.map((row) => row.packets))).toBe(tunnelled)
  expect(sum(summary.vtepPairs.map((row) => row.packetsAToB + row.packetsBToA))).toBe(tunnelled)
  expect(sum(capture.files.map((file) => file.packets))).toBe(capture.packets)
  expect(sum(tunnel.other.map((row) => row.packets))).toBe(tunnel.otherPackets)
  for (const row of summary.vnis) expect(row.overheadBytes).toBe(row.outerBytes - row.innerBytes)
  expect(summary.vnisTotal).toBe(summary.vnis.length)
  expect(summary.vtepPairsTotal).toBe(summary.vtepPairs.length)
  expect(summary.limits.filter((table) => table.dropped > 0)).toEqual([])
}
