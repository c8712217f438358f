// Settings against the memory that this machine or container has.
import { inForce, refuseFaults } from '../config/in-force.ts'
import type { Settings } from '../config/settings.ts'
import { createCapacityReader } from '../proc/capacity.ts'

/** Throws a UsageError that names all limits which, in bytes, contradict each other or come to nothing. */
export const refuseHere = (settings: Settings): void =>
  refuseFaults(inForce(settings, createCapacityReader().capacity))
