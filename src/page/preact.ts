/** Preact, whose one importing file this is: components are functions of their properties. */
export { type ComponentChildren, h, hydrate, render, type VNode } from 'preact'
export { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
