/** Points of a fleet for tests: of the lab's captures, and of shots, which are cut and put on other clocks as editcap does. */
import { join } from 'node:path'
import { fileSource } from '../../src/capture/node.ts'
import { bytesSource } from '../../src/capture/source.ts'
import { type PointOptions, pointOf } from '../../src/fleet/index.ts'
import type { PointDocument } from '../../src/fleet-document.ts'
import { captureOf, type Shot, shotsOf } from '../compare/two-places.ts'
import { LAB } from '../support/shared.ts'

/** Second that times of the lab are counted from. */
export const LAB_START = 1_795_331_000

/** Path of a capture of the lab. */
export const labPath = (name: string): string => join(LAB ?? '', `${name}.pcap`)

/** A capture of the lab as a point. */
export function labPoint(name: string, options: PointOptions = {}): Promise<PointDocument> {
  return pointOf(name, [{ name, open: () => fileSource(labPath(name)) }], options)
}

/** Records of a capture of the lab. */
export const labShots = (name: string): Shot[] => shotsOf(labPath(name), LAB_START)

/** Shots as a point. @param start - The second that their times count from. */
export function shotsPoint(
  name: string,
  shots: readonly Shot[],
  options: PointOptions = {},
  start = LAB_START,
): Promise<PointDocument> {
  return pointOf(name, [{ name: 'shots.pcap', open: async () => bytesSource(captureOf(shots, start)) }], options)
}
