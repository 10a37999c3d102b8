export function sourcesOf(root: string): string
export function isBuilt(root: string): boolean
export function markBuilt(root: string, sources: string): void
