/** Boxes on the plane: what labels and marks take up, so that none hides another. */

/** A box by its middle. */
export interface Box {
  x: number
  y: number
  width: number
  height: number
}

/** How far two boxes reach into each other; not positive on an axis where they are apart by `gap` at least. */
function overlap(left: Box, right: Box, gap: number): { x: number; y: number } {
  return {
    x: (left.width + right.width) / 2 + gap - Math.abs(left.x - right.x),
    y: (left.height + right.height) / 2 + gap - Math.abs(left.y - right.y),
  }
}

/** Whether two boxes are nearer to each other than `gap` on both axes. */
export function areClose(left: Box, right: Box, gap = 0): boolean {
  const { x, y } = overlap(left, right, gap)
  return x > 0 && y > 0
}

/** Whether a point is in a box or nearer to it than `gap`. */
export function isInside({ x, y, width, height }: Box, atX: number, atY: number, gap: number): boolean {
  return Math.abs(atX - x) < width / 2 + gap && Math.abs(atY - y) < height / 2 + gap
}

/** Keeps a box within a frame from (0, 0) on. */
export function keepWithin(box: Box, width: number, height: number, margin: number): void {
  box.x = Math.min(Math.max(box.x, box.width / 2 + margin), width - box.width / 2 - margin)
  box.y = Math.min(Math.max(box.y, box.height / 2 + margin), height - box.height / 2 - margin)
}

const ROUNDS = 400

/** Moves boxes apart within a frame, each pair by the shorter way; whether that was enough. */
export function pushApart(boxes: readonly Box[], width: number, height: number, gap: number, margin: number): boolean {
  for (let round = 0; round < ROUNDS; round++) {
    let isApart = true
    for (let left = 0; left < boxes.length; left++) {
      for (let right = left + 1; right < boxes.length; right++) {
        if (!areClose(boxes[left]!, boxes[right]!, gap)) continue
        isApart = false
        separate(boxes[left]!, boxes[right]!, gap)
        keepWithin(boxes[left]!, width, height, margin)
        keepWithin(boxes[right]!, width, height, margin)
      }
    }
    if (isApart) return true
  }
  return false
}

function separate(left: Box, right: Box, gap: number): void {
  const { x, y } = overlap(left, right, gap)
  if (y <= x) {
    const step = (y / 2 + 0.5) * (left.y <= right.y ? 1 : -1)
    left.y -= step
    right.y += step
  } else {
    const step = (x / 2 + 0.5) * (left.x <= right.x ? 1 : -1)
    left.x -= step
    right.x += step
  }
}

/** Puts boxes into rows of equal slots, nearest first: for those that could not be pushed apart. */
export function intoSlots(boxes: readonly Box[], width: number, height: number, gap: number, margin: number): void {
  const widest = boxes.reduce((most, box) => Math.max(most, box.width), 0) + gap
  const highest = boxes.reduce((most, box) => Math.max(most, box.height), 0) + gap
  const columns = Math.max(1, Math.floor((width - 2 * margin) / widest))
  const rows = Math.max(1, Math.floor((height - 2 * margin) / highest), Math.ceil(boxes.length / columns))
  const free = Array.from({ length: columns * rows }, (_, slot) => ({
    x: margin + ((slot % columns) + 0.5) * ((width - 2 * margin) / columns),
    y: margin + (Math.floor(slot / columns) + 0.5) * ((height - 2 * margin) / rows),
  }))
  for (const box of boxes) {
    const distance = (at: number): number => (free[at]!.x - box.x) ** 2 + (free[at]!.y - box.y) ** 2
    let nearest = 0
    for (let slot = 1; slot < free.length; slot++) if (distance(slot) < distance(nearest)) nearest = slot
    const [slot] = free.splice(nearest, 1)
    box.x = slot!.x
    box.y = slot!.y
  }
}
