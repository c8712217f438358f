// The types of sbom.mjs, which Node runs as it is.
import type { Materials } from './release-faults.mjs'

export function billOfMaterials(): Materials
