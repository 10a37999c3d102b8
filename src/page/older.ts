/**
 * Documents of earlier versions: `vxpcap.summary/1` has gained members since it was first written, and a page made of a document without
 * them says nothing of what they would have told.
 */

/** Members by the object that they are in, each with what it is where nobody had counted it yet. */
const LATER: readonly (readonly [path: string, defaults: Readonly<Record<string, unknown>>])[] = [
  ['filter', { vniRanges: [], ips: [], macs: [], from: null, to: null }],
  ['capture', { receivedByCapture: null, complete: true }],
  ['tunnel', { nvgrePackets: 0, carriers: [] }],
  ['mtu.perPair', { pathMtuBetween: null }],
]

/** A document with the members that came later, where it has none of its own; what is no object is let be. */
export function withLaterMembers(document: object): object {
  return LATER.reduce<unknown>(
    (value, [path, defaults]) => completed(value, path.split('.'), defaults),
    document,
  ) as object
}

function completed(
  value: unknown,
  [step, ...steps]: readonly string[],
  defaults: Readonly<Record<string, unknown>>,
): unknown {
  if (Array.isArray(value)) return step === undefined ? value.map((each) => completed(each, [], defaults)) : value
  if (typeof value !== 'object' || value === null) return value
  if (step === undefined) return { ...defaults, ...value }
  if (!Object.hasOwn(value, step)) return value
  return { ...value, [step]: completed((value as Record<string, unknown>)[step], steps, defaults) }
}
