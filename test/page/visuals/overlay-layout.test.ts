/** The graph's layout: whole numbers, nothing over anything else, nothing beyond the frame. */
import { describe, expect, it } from 'vitest'
import { areClose, type Box } from '../../../src/page/visuals/boxes.ts'
import { type GraphLayout, MARK_SIZE, NODE_HEIGHT, overlayLayout } from '../../../src/page/visuals/overlay-layout.ts'
import { overlayModel } from '../../../src/page/visuals/overlay-model.ts'
import { generatedSummary, type Shape } from '../../support/generated-summary.ts'
import { overlayText } from './drawing.tsx'

const SHAPES: Shape[] = [1, 2, 3, 5, 8, 12, 16, 20].flatMap((vteps) => [
  { vteps, hasFindings: true },
  { vteps, pairs: vteps - 1, groups: 2 },
  { vteps, isIpv6: true, groups: 12, hasFindings: true, pairs: 2 * vteps },
])

/** Everything that must not lie on each other. */
function boxesOf({ nodes, marks, labels }: GraphLayout): Box[] {
  const boxes: Box[] = []
  for (let at = 0; at < nodes.length; at += 3) {
    boxes.push({ x: nodes[at]!, y: nodes[at + 1]!, width: nodes[at + 2]!, height: NODE_HEIGHT })
  }
  for (let at = 0; at < marks.length; at += 3) {
    boxes.push({ x: marks[at + 1]!, y: marks[at + 2]!, width: MARK_SIZE, height: MARK_SIZE })
  }
  for (let at = 0; at < labels.length; at += 4) {
    boxes.push({ x: labels[at + 1]!, y: labels[at + 2]!, width: labels[at + 3]!, height: 16 })
  }
  return boxes
}

describe.each(SHAPES.map((shape) => [JSON.stringify(shape), shape] as const))('%s', (_, shape) => {
  const summary = generatedSummary(shape)
  const layout = overlayLayout(summary)

  it.each(['wide', 'narrow'] as const)('%s: boxes are apart and within the frame', (size) => {
    const graph = layout[size]
    if (summary.vtepPairs.length === 0) return expect(graph).toBeNull()
    const boxes = boxesOf(graph!)
    for (const [index, box] of boxes.entries()) {
      expect(box.x - box.width / 2).toBeGreaterThanOrEqual(0)
      expect(box.x + box.width / 2).toBeLessThanOrEqual(graph!.width)
      expect(box.y - box.height / 2).toBeGreaterThanOrEqual(0)
      expect(box.y + box.height / 2).toBeLessThanOrEqual(graph!.height)
      for (const other of boxes.slice(index + 1))
        expect([box, other, areClose(box, other)]).toEqual([box, other, false])
    }
  })

  it('holds nothing but integers, and every list is whole', () => {
    const { nodes, links, arcs } = overlayModel(summary)
    for (const graph of [layout.wide, layout.narrow]) {
      if (graph === null) continue
      expect([...graph.nodes, ...graph.curves, ...graph.marks, ...graph.labels].every(Number.isInteger)).toBe(true)
      expect(graph.nodes).toHaveLength(nodes.length * 3)
      expect(graph.curves).toHaveLength((links.length + arcs.length) * 2)
    }
    expect(JSON.parse(JSON.stringify(layout))).toEqual(layout)
  })

  it('has a mark for every link with a finding', () => {
    const { links, arcs } = overlayModel(summary)
    const marked = links.filter(({ findings }) => findings.length > 0).length + arcs.length
    expect((layout.wide?.marks.length ?? 0) / 3).toBe(marked)
  })
})

it('is none with more endpoints than a graph can be read with; then there is the matrix', () => {
  const summary = generatedSummary({ vteps: 21 })
  expect(overlayLayout(summary).wide).toBeNull()
  expect(overlayText(summary)).toContain('overlay-matrix')
  expect(overlayText(generatedSummary({ vteps: 20 }))).toContain('overlay-graph')
})

it('of another document is not used', () => {
  const summary = generatedSummary({ vteps: 4 })
  expect(overlayLayout(summary).counts).not.toEqual(overlayLayout(generatedSummary({ vteps: 5 })).counts)
})
