/** What the reader's choice leaves in the overlay's picture, and what it puts behind the rest. */
import type { Summary } from '../../summary.ts'
import type { PageState } from '../state.ts'
import { type MacArc, type OverlayLink, type OverlayModel, vniOf } from './overlay-model.ts'

/** Answers by index of the model's lists. */
export interface Focus {
  /** Whether nothing is chosen. */
  isFree: boolean
  /** Whether a pair carries what is chosen; others are not drawn. */
  hasLink: (link: OverlayLink) => boolean
  /** Whether a pair is in front. */
  isLinkClear: (link: OverlayLink) => boolean
  /** Whether a node is in front. */
  isNodeClear: (index: number) => boolean
  isArcClear: (arc: MacArc) => boolean
}

export function focusOf({ nodes, links }: OverlayModel, { findings }: Summary, state: PageState): Focus {
  const finding = state.finding === null ? undefined : findings[state.finding]
  const vni = vniOf(state) ?? finding?.subject.vni ?? null
  const about = finding?.subject.vteps
  const isAbout = nodes.map(({ address }) => about === undefined || about.includes(address))
  const chosen = nodes.findIndex(({ address }) => address === state.vtep)
  const hasLink = ({ vnis }: OverlayLink): boolean => vni === null || vnis.includes(vni)
  const touches = ({ from, to }: { from: number; to: number }): boolean =>
    (chosen < 0 || from === chosen || to === chosen) && isAbout[from]! && isAbout[to]!
  const clear = new Set(links.filter((link) => hasLink(link) && touches(link)).flatMap(({ from, to }) => [from, to]))
  const isFree = vni === null && chosen < 0 && about === undefined
  return {
    isFree,
    hasLink,
    isLinkClear: touches,
    isNodeClear: (index) => isFree || clear.has(index) || index === chosen || (about !== undefined && isAbout[index]!),
    isArcClear: (arc) => touches(arc) && (state.finding === null || arc.findings.includes(state.finding)),
  }
}
