/** The overlay as a graph: endpoints, and lines for what passed between them. */
import { bytes, plural } from '../../report/number.ts'
import type { Severity, Summary } from '../../summary.ts'
import { h } from '../preact.ts'
import type { Choose, PageState } from '../state.ts'
import { labels } from './addresses.ts'
import type { ByteClasses } from './byte-classes.ts'
import { MacMark } from './mac-mark.tsx'
import { type Focus, focusOf } from './overlay-focus.ts'
import { type GraphLayout, MARK_ROOM, NODE_HEIGHT } from './overlay-layout.ts'
import { type MacStory, type OverlayModel, severityOf, storyOf } from './overlay-model.ts'
import { SeverityMark } from './severity.tsx'

export interface GraphProperties {
  summary: Summary
  model: OverlayModel
  layout: GraphLayout
  classes: ByteClasses
  state: PageState
  choose: Choose
  /** Whether nodes can be pressed. */
  isLive: boolean
  /** What the picture is called. */
  label: string
  /** `wide` or `narrow`: which pages it is for. */
  size: string
}

export function OverlayGraph(properties: GraphProperties) {
  const { layout, model, summary, state, isLive, label, size } = properties
  const focus = focusOf(model, summary, state)
  const { names } = labels(model.nodes.map(({ address }) => address))
  const [width, height] = [layout.width, layout.height]
  return (
    <svg
      class={`overlay-graph is-${size}`}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role={isLive ? 'group' : 'img'}
      aria-label={label}
    >
      <g class={`pair-lines${model.links.length > FEW_LINKS ? ' are-many' : ''}${focus.isFree ? '' : ' has-focus'}`}>
        {drawingOrder(model).map((index) => linkLine(properties, focus, index))}
      </g>
      <g class="arcs">{model.arcs.map((_, index) => arcLine(properties, focus, index))}</g>
      <g class="link-labels">{groupsOf(layout.labels, 4).map((at) => linkLabel(properties, focus, at))}</g>
      <g class="nodes">{names.map((name, index) => node(properties, focus, index, name))}</g>
      <g class="marks">{groupsOf(layout.marks, 3).map((at) => mark(properties, focus, at))}</g>
    </svg>
  )
}

/** More links than these are drawn fainter, so that crossings stay apart. */
const FEW_LINKS = 40

/** Links with findings last, as what is drawn last lies on top. */
function drawingOrder({ links }: OverlayModel): number[] {
  const indices = links.map((_, index) => index)
  return indices.sort((left, right) => links[left]!.findings.length - links[right]!.findings.length || left - right)
}

/** A flat list in groups of a size. */
function groupsOf(flat: readonly number[], size: number): number[][] {
  return Array.from({ length: flat.length / size }, (_, index) => flat.slice(index * size, (index + 1) * size))
}

function faded(isClear: boolean): string {
  return isClear ? '' : ' is-faded'
}

function pathOf({ nodes, curves }: GraphLayout, from: number, to: number, curve: number): string {
  const [x, y] = [curves[curve * 2], curves[curve * 2 + 1]]
  return `M${nodes[from * 3]} ${nodes[from * 3 + 1]}Q${x} ${y} ${nodes[to * 3]} ${nodes[to * 3 + 1]}`
}

function linkLine({ model, layout, classes, summary, state }: GraphProperties, focus: Focus, index: number) {
  const link = model.links[index]!
  if (!focus.hasLink(link)) return null
  const severity = severityOf(link.findings, summary, state)
  const about = severity === null ? '' : ` is-${severity}`
  return (
    <path
      key={index}
      class={`link width-${classes.classOf(link.bytes)}${about}${faded(focus.isLinkClear(link))}`}
      d={pathOf(layout, link.from, link.to, index)}
    >
      <title>{`${model.nodes[link.from]!.address} – ${model.nodes[link.to]!.address}: ${bytes(link.bytes)}, ${plural(link.packets, 'packet')}`}</title>
    </path>
  )
}

function arcLine({ model, layout, summary, state }: GraphProperties, focus: Focus, index: number) {
  const arc = model.arcs[index]!
  const severity = severityOf(arc.findings, summary, state)
  if (severity === null) return null
  return (
    <path
      key={index}
      class={`arc is-${severity}${faded(focus.isArcClear(arc))}`}
      d={pathOf(layout, arc.from, arc.to, model.links.length + index)}
    />
  )
}

function linkLabel({ model }: GraphProperties, focus: Focus, [index, x, y, width]: number[]) {
  const link = model.links[index!]!
  if (!focus.hasLink(link)) return null
  return (
    <g key={index} class={`link-label${faded(focus.isLinkClear(link))}`}>
      <rect x={x! - width! / 2} y={y! - 8} width={width} height="16" rx="3" />
      <text x={x} y={y! + 4}>
        {bytes(link.bytes)}
      </text>
    </g>
  )
}

function mark({ model, summary, state }: GraphProperties, focus: Focus, [index, x, y]: number[]) {
  const link = model.links[index!]
  const arc = link === undefined ? model.arcs[index! - model.links.length] : undefined
  const severity = severityOf((link ?? arc)?.findings ?? [], summary, state)
  if (severity === null || (link !== undefined && !focus.hasLink(link))) return null
  const isClear = link !== undefined ? focus.isLinkClear(link) : arc !== undefined && focus.isArcClear(arc)
  return (
    <g key={index} class={`is-${severity}${faded(isClear)}`}>
      {arc === undefined ? (
        <SeverityMark severity={severity} x={x!} y={y!} />
      ) : (
        <MacMark story={arc.story} x={x!} y={y!} />
      )}
    </g>
  )
}

function node(
  { model, layout, summary, state, choose, isLive }: GraphProperties,
  focus: Focus,
  index: number,
  name: string,
) {
  const { address, isGroup, findings, bytes: sent } = model.nodes[index]!
  const [x, y, width] = layout.nodes.slice(index * 3, index * 3 + 3) as [number, number, number]
  const severity = severityOf(findings, summary, state)
  const isChosen = state.vtep === address
  const press = () => choose({ vtep: isChosen ? null : address })
  const pressable = isLive
    ? {
        role: 'button' as const,
        tabindex: 0,
        'aria-pressed': isChosen,
        'aria-label': `${isGroup ? 'Multicast group' : 'VTEP'} ${address}, ${bytes(sent)}${severity === null ? '' : `, ${severity}`}`,
        onClick: press,
        onKeyDown: (event: KeyboardEvent) => {
          if (event.key !== 'Enter' && event.key !== ' ') return
          event.preventDefault()
          press()
        },
      }
    : {}
  const room = severity === null ? 0 : MARK_ROOM
  return (
    <g
      key={address}
      class={`node${isGroup ? ' is-group' : ''}${isChosen ? ' is-chosen' : ''}${faded(focus.isNodeClear(index))}`}
      {...pressable}
    >
      <title>{`${address}: ${bytes(sent)}`}</title>
      <path class="shape" d={isGroup ? hexagon(x, y, width) : pill(x, y, width)} />
      {severity === null ? null : nodeMark(storyOf(findings, summary), severity, Math.round(x - width / 2) + 18, y)}
      <text x={Math.round(x + room / 2)} y={y + 4}>
        {name}
      </text>
    </g>
  )
}

/** What a node is marked with: where all that was found is about shared MACs and the like, that. */
function nodeMark(story: MacStory | null, severity: Severity, x: number, y: number) {
  if (story === null) return <SeverityMark severity={severity} x={x} y={y} />
  return (
    <g class={`is-${severity}`}>
      <MacMark story={story} x={x} y={y} />
    </g>
  )
}

/** A VTEP: round ends. */
function pill(x: number, y: number, width: number): string {
  const half = NODE_HEIGHT / 2
  const left = x - Math.floor(width / 2) + half
  const straight = width - NODE_HEIGHT
  return `M${left} ${y - half}h${straight}a${half} ${half} 0 0 1 0 ${NODE_HEIGHT}h${-straight}a${half} ${half} 0 0 1 0 ${-NODE_HEIGHT}z`
}

/** A multicast group: pointed ends. */
function hexagon(x: number, y: number, width: number): string {
  const half = NODE_HEIGHT / 2
  const left = x - Math.floor(width / 2) + half
  const straight = width - NODE_HEIGHT
  return `M${left} ${y - half}h${straight}l${half} ${half}l${-half} ${half}h${-straight}l${-half} ${-half}z`
}
