/// <reference lib="dom" />
/** Captures that come with the page, for those who have none at hand. */

/** A capture of the project's own lab. */
export interface Sample {
  /** Name of its file. */
  name: string
  title: string
  about: string
  /** The file, compressed with gzip, in base64. */
  data: string
}

/** All of them: the build puts them in. */
declare const BUNDLED_SAMPLES: readonly Sample[]

export const SAMPLES: readonly Sample[] = BUNDLED_SAMPLES

/** The file of one, as if it had been picked. */
export async function fileOf({ name, data }: Sample): Promise<File> {
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0))
  const unzipped = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  return new File([await new Response(unzipped).blob()], name)
}
