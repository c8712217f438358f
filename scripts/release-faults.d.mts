// The types of release-faults.mjs, which Node runs as it is.
interface Component {
  readonly name: string
  readonly version: string
  readonly purl: string
  readonly licenses?: readonly { readonly license?: { readonly id?: string } }[]
}

export interface Materials {
  readonly bomFormat: string
  readonly specVersion: string
  readonly metadata: { readonly component: { readonly name: string; readonly version: string } }
  readonly components: readonly Component[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}

export function releaseFaults(release: {
  readonly version: string
  readonly repository?: unknown
  readonly changelog: string
  readonly documents: readonly { readonly path: string; readonly text: string; readonly made: string }[]
  readonly materials: Pick<Materials, 'components'>
  readonly tags: readonly string[]
  readonly changes: readonly string[]
}): string[]
