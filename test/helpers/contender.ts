// A process that claims a state folder when it is told to, for tests of who gets it. Bundled and forked by
// contenders.ts. While it has the folder it listens on a socket that the kernel gives to one process only, and
// takes back when that process is killed: whoever finds it taken has seen two holders.
import { createServer, type Server } from 'node:net'
import { claimStateFolder, findStateFolder, type StateFolder } from '../../src/restart/state-folder.ts'
import { runOf } from '../../src/supervisor/identity.ts'
import { sleep } from './wait.ts'

export type Order =
  | { readonly do: 'claim'; readonly root: string; readonly witness?: string }
  | { readonly do: 'find'; readonly root: string }
  | { readonly do: 'release' | 'end' | 'lose-root' }

export type Answer =
  | {
      readonly kind: 'claimed' | 'released' | 'waiting' | 'ended' | 'two-holders' | 'found'
      readonly text: string
    }
  | { readonly kind: 'failed'; readonly text: string; readonly fault: string; readonly code: string }

const NAME = 'memmon-1'
let folder: StateFolder | undefined
let witness: Server | undefined
let ending = false

const answer = (given: Answer) => process.send?.(given)

async function claim(root: string, socket: string | undefined): Promise<void> {
  folder = await claimStateFolder(root, NAME, {
    runOf,
    sleep: ms => sleep(ms / 20),
    isEnding: () => ending,
    tell: text => answer({ kind: 'waiting', text }),
  })
  if (!folder) return void answer({ kind: 'ended', text: '' })
  if (socket) {
    const server = createServer()
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(socket, resolve)
    }).catch(({ code }) => answer({ kind: 'two-holders', text: code }))
    witness = server
  }
  answer({ kind: 'claimed', text: folder.path })
}

async function release(): Promise<void> {
  await new Promise(resolve => (witness?.listening ? witness.close(resolve) : resolve(undefined)))
  await folder?.release()
  folder = undefined
  answer({ kind: 'released', text: '' })
}

async function obey(order: Order): Promise<void> {
  if (order.do === 'claim') await claim(order.root, order.witness)
  else if (order.do === 'find')
    answer({ kind: 'found', text: String(await findStateFolder(order.root, NAME)) })
  else if (order.do === 'release') await release()
  else if (order.do === 'lose-root') {
    process.setgid?.(65534)
    process.setuid?.(65534)
  } else ending = true
}

process.on('message', (order: Order) => {
  obey(order).catch(thrown =>
    answer({ kind: 'failed', text: thrown.message, fault: thrown.kind, code: thrown.code }),
  )
})

// A test that is killed leaves none of these behind.
process.on('disconnect', () => process.exit())
