/** IPv6 extension headers (RFC 8200 section 4) and the authentication header (RFC 4302) as layers of a packet's tree. */

import { Protocol, protocolName } from '../core/protocol.ts'
import * as authentication from '../headers/authentication.ts'
import * as fragment from '../headers/ipv6-fragment.ts'
import * as ipv6Options from '../headers/ipv6-options.ts'
import * as routing from '../headers/ipv6-routing.ts'
import { describeFields } from './describe-field.ts'
import * as says from './describe-headers.ts'
import * as variable from './describe-options.ts'
import type { Tree } from './describe-tree.ts'

/** Describes the extension headers that the chain's walk has stepped over. */
export function describeExtensions(tree: Tree, first: number, next: number, count: number): void {
  const { view } = tree
  let at = first
  let type = next
  for (let i = 0; i < count; i++) {
    const following = view.getUint8(at)
    const text = `next ${protocolName(following)}`
    switch (type) {
      case Protocol.Fragment: {
        const offset = fragment.fragmentOffset(view, at)
        const more = fragment.moreFragments(view, at) ? 'more follow' : 'the last'
        tree.header('ipv6-fragment', fragment.LAYOUT, says.FRAGMENT, at, `at ${offset}, ${more}`)
        at += fragment.LENGTH
        break
      }
      case Protocol.Routing: {
        const length = routing.headerLength(view, at)
        const fields = describeFields(routing.LAYOUT, says.ROUTING, view, at, tree.origin)
        const data = tree.rawField('data', at + routing.LENGTH, length - routing.LENGTH)
        tree.add('ipv6-routing', at, length, `${routing.segmentsLeft(view, at)} segments left`, [...fields, data])
        at += length
        break
      }
      case Protocol.Ah:
        at = describeAuthentication(tree, at, text)
        break
      default: {
        const length = ipv6Options.headerLength(view, at)
        const fields = describeFields(ipv6Options.LAYOUT, says.OPTIONS_HEADER, view, at, tree.origin)
        const name = type === Protocol.HopByHop ? 'ipv6-hop-by-hop' : 'ipv6-destination-options'
        tree.add(name, at, length, text, [...fields, ...variable.extensionOptions(view, at, tree.origin)])
        at += length
      }
    }
    type = following
  }
}

/** Describes an authentication header that was checked before. @returns Offset of the first byte behind it. */
export function describeAuthentication(tree: Tree, at: number, text: string): number {
  const { view } = tree
  const length = authentication.headerLength(view, at)
  const fields = describeFields(authentication.LAYOUT, says.AUTHENTICATION, view, at, tree.origin)
  const rest = length - authentication.LENGTH
  const value = rest === 0 ? [] : [tree.rawField('integrityCheckValue', at + authentication.LENGTH, rest)]
  tree.add('authentication', at, length, text, [...fields, ...value])
  return at + length
}
