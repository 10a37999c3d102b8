/** points.json: which VTEPs are at which point. */
import { parseAddress } from '../codecs/core/address.ts'
import { checkObject, checkTexts, refuseType } from '../option.ts'

/** Addresses of the VTEPs at each point, by the point's name. */
export type PointVteps = ReadonlyMap<string, readonly string[]>

/**
 * Reads what points.json holds: an object with a list of addresses for each point.
 *
 * ```json
 * { "leaf-1": ["10.0.0.1"], "leaf-2": ["10.0.0.2", "fd00::2"] }
 * ```
 * @param text - What the file holds.
 * @throws RangeError for what is no JSON, and for an address that is none; TypeError for another shape.
 */
export function parsePoints(text: string): PointVteps {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    throw new RangeError(`not JSON: ${(error as Error).message}`, { cause: error })
  }
  if (typeof parsed !== 'object' || parsed === null)
    refuseType('the file', parsed, 'an object with a list of addresses a point')
  checkObject('the file', parsed)
  const points = Object.entries(parsed as Record<string, unknown>)
  for (const [name, vteps] of points) {
    if (!Array.isArray(vteps)) refuseType(JSON.stringify(name), vteps, 'a list of addresses')
    checkTexts(JSON.stringify(name), vteps, parseAddress)
  }
  return new Map(points as [string, string[]][])
}
