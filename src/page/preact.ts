/** Preact, whose one importing file this is: components are functions of their properties. */
export { type ComponentChildren, Fragment, h, hydrate, type JSX, render } from 'preact'
export { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
