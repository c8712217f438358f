// supervisord, as the listener and the commands for people call it.
import type { ServerAddress } from '../base/server-url.ts'
import { createClient, type SupervisorClient } from './client.ts'
import { type Credentials, createHttpCaller } from './http-call.ts'

/** Every call about one process ends within this. */
const CALL_TIMEOUT_MS = 10_000
/** supervisord needs 0.5 s for a table of 1,000 processes, 6 s for one of 3,000. */
const TABLE_TIMEOUT_MS = 30_000

/** Connects at the first call; each call ends in time, with a SupervisorFault if need be. */
export const connect = (address: ServerAddress, credentials: Credentials | undefined): SupervisorClient =>
  createClient(createHttpCaller(address, credentials, CALL_TIMEOUT_MS), TABLE_TIMEOUT_MS)
