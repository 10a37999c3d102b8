/** A program as text: see `build/bundled.ts`. */
declare module '*?bundled' {
  export const PROGRAM: string
}
