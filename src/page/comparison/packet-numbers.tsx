/** Numbers of packets of one side; each can be opened where the captures are at hand. */
import type { Place } from '../../comparison.ts'
import { locator } from '../../report/words.ts'
import { h } from '../preact.ts'
import type { ComparisonView } from './view.ts'

interface PacketNumbersProperties {
  view: ComparisonView
  side: Place
  packets: readonly number[]
  hasMore: boolean
}

export function PacketNumbers({ view, side, packets, hasMore }: PacketNumbersProperties) {
  const locate = locator(view.comparison[side].files)
  const { openPacket } = view
  if (openPacket === undefined) return [...packets.map(locate), ...(hasMore ? ['…'] : [])].join(', ')
  return (
    <ul class="packets">
      {packets.map((packet) => (
        <li key={packet}>
          <PacketButton {...{ side, packet, openPacket }} text={locate(packet)} />
        </li>
      ))}
      {hasMore && <li>…</li>}
    </ul>
  )
}

interface PacketButtonProperties {
  side: Place
  packet: number
  text: string
  openPacket: NonNullable<ComparisonView['openPacket']>
}

function PacketButton({ side, packet, text, openPacket }: PacketButtonProperties) {
  return (
    <button
      type="button"
      aria-haspopup="dialog"
      aria-label={`Packet ${text} of the ${side} capture`}
      onClick={() => openPacket(side, packet)}
    >
      {text}
    </button>
  )
}
